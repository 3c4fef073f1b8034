"""The player at the foot of the page; ``assets/dock.js`` is what it does."""

from __future__ import annotations

import json
from html import escape

import gradio as gr

from langsong.webui.texts import Texts

_TEXTS = (
    "play",
    "cancel",
    "download",
    "subtitles",
    "pictures",
    "mel",
    "f0",
    "computing",
    "first_sound",
)


def player(texts: Texts, sample_rate: int) -> None:
    """Placed where it is called; `sample_rate` (Hz) is the one to expect."""
    said = escape(json.dumps({name: getattr(texts, name) for name in _TEXTS}, ensure_ascii=False))
    gr.HTML(
        f'<langsong-player texts="{said}" rate="{sample_rate}"></langsong-player>'
        f"<footer>{escape(texts.generated)}</footer>",
        elem_id="langsong-dock",
    )
