"""Text to be spoken, and the buttons that do it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from langsong.errors import RequestCancelled, TextError
from langsong.webui.examples import EXAMPLES
from langsong.webui.form import form_of
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import LOUD, QUIET, TOAST_S, client_of, toasts
from .settings import Settings

_BEGIN = "(...values) => langsong.begin(...values)"


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
    """Wire events that speak what is in `text`; the event after each take."""
    take_id = gr.Textbox(visible="hidden")

    async def begin(request: gr.Request, take_id: str, text: str, *values: Any) -> str:
        with toasts(texts):
            if not text.strip():
                raise TextError(texts.nothing_to_say)
            client = client_of(studio, request)
            studio.begin(take_id, client, text, form_of(values), script=script)
        return take_id

    async def finish(take_id: str, request: gr.Request) -> None:
        speaking = studio.find(take_id, client_of(studio, request))
        if speaking is None:
            return
        with toasts(texts):
            try:
                await speaking.finished()
            except RequestCancelled:
                gr.Info(texts.cancelled, duration=2)
        for notice in speaking.notices:
            gr.Warning(notice, duration=TOAST_S)

    begun = gr.on(triggers, begin, [take_id, text, *settings.fields], take_id, js=_BEGIN, **LOUD)
    begun.failure(None, js="() => langsong.stop()")
    return begun.success(finish, take_id, None, **LOUD)
