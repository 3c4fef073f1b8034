"""Settings kept under names."""

from __future__ import annotations

from typing import Any

import gradio as gr

from langsong.webui.form import form_of
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import LOUD, QUIET, client_of
from .settings import Settings

_LONGEST_NAME = 60


class Presets:
    """The panel, placed where it is made.

    Attributes:
        chosen: lists the visitor's presets.
    """

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        with gr.Accordion(texts.presets, open=False):
            self.chosen = gr.Dropdown(
                [], label=texts.preset, info=texts.preset_hint, allow_custom_value=True, elem_id="langsong-presets"
            )
            with gr.Row():
                self._load = gr.Button(texts.load, size="sm", min_width=70)
                self._save = gr.Button(texts.save, size="sm", min_width=70, elem_id="langsong-save")
                self._delete = gr.Button(texts.delete, size="sm", min_width=70)

    def show(self, request: gr.Request, value: str | None = None) -> Any:
        """The visitor's presets."""
        return gr.update(choices=list(self._studio.history.presets(self._owner(request))), value=value)

    def _owner(self, request: gr.Request) -> str:
        return client_of(self._studio, request).name

    def wire(self, settings: Settings) -> None:
        """Connect it with the settings."""
        history, texts = self._studio.history, self._texts

        def save(request: gr.Request, name: str | None, *values: Any) -> Any:
            if not (name := (name or "").strip()[:_LONGEST_NAME]):
                return gr.skip()
            history.save_preset(self._owner(request), name, form_of(values))
            gr.Info(texts.saved.format(name=name), duration=2)
            return self.show(request, name)

        def load(name: str | None, request: gr.Request) -> list[Any]:
            form = history.presets(self._owner(request)).get(name or "")
            return [gr.skip()] * len(settings.fields) if form is None else settings.shown(form)

        def delete(name: str | None, request: gr.Request) -> Any:
            history.remove_preset(self._owner(request), name or "")
            return self.show(request)

        self._save.click(save, [self.chosen, *settings.fields], self.chosen, **LOUD)
        self._load.click(load, self.chosen, settings.fields, **QUIET)
        self._delete.click(delete, self.chosen, self.chosen, **QUIET)
