"""Scripts: roles and emotions line by line, and who plays whom."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from langsong.errors import TextError
from langsong.webui.names import emotion_name, speaker_name
from langsong.webui.problems import in_words
from langsong.webui.scripts import example_for, lines_of, passages_of, roles_of, with_role
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import LOUD, QUIET, toasts
from .settings import Settings, speaker_choices
from .speak import speaks


class Script:
    """The panel, placed where it is made.

    Attributes:
        text: the script.
        shown: what `show` fills.
    """

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        manifest = studio.manifest()
        speakers = speaker_choices(manifest, texts)
        self.text = gr.Textbox(
            example_for([speaker.id for speaker in manifest.speakers]),
            label=texts.script,
            info=texts.script_hint,
            lines=10,
            max_lines=24,
            max_length=studio.service.settings.max_job_characters,
            elem_id="langsong-script",
        )
        with gr.Row(elem_id="langsong-cast"):
            roles = roles_of(self.text.value)
            self._role = gr.Dropdown(roles, label=texts.role, allow_custom_value=True, min_width=100)
            self._speaker = gr.Dropdown(speakers, label=texts.speaker, min_width=120)
            self._cast = gr.Button(texts.cast, min_width=80, size="sm")
        self._perform = gr.Button(texts.script_perform, variant="primary", elem_id="langsong-perform")
        self._lines = gr.HTML(elem_id="langsong-lines")
        self.shown = [self._lines, self._role, self._speaker]

    def wire(self, settings: Settings) -> Any:
        """Connect it with the settings; the event after each take."""
        shown = self.shown
        self.text.change(self._show, [self.text, settings.voice], shown, trigger_mode="always_last", **QUIET)
        settings.voice.change(self._show, [self.text, settings.voice], shown, **QUIET)
        self._cast.click(self._give, [self.text, self._role, self._speaker], self.text, **LOUD)
        return speaks(self._studio, self._texts, [self._perform.click], self.text, settings, script=True)

    def show(self) -> tuple[Any, Any, Any]:
        """What the script has at first."""
        return self._show(self.text.value, self._studio.manifest().name)

    def _show(self, script: str, voice: str) -> tuple[Any, Any, Any]:
        speakers = speaker_choices(self._studio.manifest(voice), self._texts)
        return self._html(script, voice), gr.update(choices=roles_of(script)), gr.update(choices=speakers)

    def _give(self, script: str, role: str | None, speaker: str | None) -> str:
        if not role or not speaker:
            return script
        with toasts(self._texts):
            return with_role(script, role, speaker)

    def _html(self, script: str, voice: str) -> str:
        """The lines as they will be spoken, or the mistake."""
        try:
            lines = lines_of(passages_of(script))
        except TextError as error:
            return f'<p class="mistake">{escape(in_words(str(error), self._texts))}</p>'
        names = {s.id: speaker_name(s, self._texts) for s in self._studio.manifest(voice).speakers}
        rows = ((names.get(line.speaker or "", line.speaker or "·"), line.emotion or "", line.text) for line in lines)
        return f"<table>{''.join(self._row(*row) for row in rows)}</table>"

    def _row(self, speaker: str, emotion: str, text: str) -> str:
        cells = (speaker, emotion_name(emotion, self._texts.language), text)
        return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
