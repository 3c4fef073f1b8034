"""Text to be spoken, and the buttons that do it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from langsong.errors import RequestCancelled
from langsong.webui.examples import EXAMPLES
from langsong.webui.form import form_of
from langsong.webui.problems import in_words
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import LOUD, QUIET, TOAST_S, client_of, toasts
from .settings import Settings

_BEGIN = "(text, ...settings) => langsong.begin(%s, text, settings)"


class Speak:
    """The panel, placed where it is made.

    Attributes:
        text: what is to be spoken.
        spoken: an event, after a take is finished and kept.
    """

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        self.text = gr.Textbox(
            label=texts.text,
            placeholder=texts.text_hint,
            lines=6,
            max_lines=16,
            max_length=studio.service.settings.max_job_characters,
            autofocus=True,
            elem_id="langsong-text",
        )
        self._speak = gr.Button(texts.speak, variant="primary", elem_id="langsong-speak")
        with gr.Row(elem_id="langsong-examples"):
            self._examples = [gr.Button(example.names[texts.language], size="sm", min_width=80) for example in EXAMPLES]

    def wire(self, settings: Settings) -> Any:
        """Connect it with the settings; the event after each take."""
        for button, example in zip(self._examples, EXAMPLES, strict=True):

            def show(*values: Any, example: Any = example) -> list[Any]:
                changed = form_of(values).model_copy(update=_PLAIN | example.settings)
                return [example.text, *settings.shown(changed)]

            button.click(show, settings.fields, [self.text, *settings.fields], **QUIET)
        return speaks(self._studio, self._texts, [self._speak.click, self.text.submit], self.text, settings)


_PLAIN = {"feeling": "voice", "speed": 1.0, "intensity": 1.0}


def speaks(
    studio: Studio, texts: Texts, triggers: list[Any], text: Any, settings: Settings, *, script: bool = False
) -> Any:
    """Wire events that speak what is in `text`; the event after each take.

    The page asks for the speech by itself, and what it waits for here is only how that ended: through Gradio's queue
    it would be heard later.
    """
    take_id = gr.Textbox(visible="hidden")

    async def finish(take_id: str, request: gr.Request) -> None:
        with toasts(texts):
            try:
                speaking = await studio.finished(take_id, client_of(studio, request))
            except RequestCancelled:
                gr.Info(texts.cancelled, duration=2)
                return
        for notice in speaking.notices:
            gr.Warning(in_words(notice, texts), duration=TOAST_S)

    js = _BEGIN % str(script).lower()
    begun = gr.on(triggers, None, [text, *settings.fields], take_id, js=js, **QUIET)
    return begun.then(finish, take_id, None, **LOUD)
