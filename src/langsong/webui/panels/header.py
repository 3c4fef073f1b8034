"""The head of the page: its name, what computes and how fast, the other language, dark or light."""

from __future__ import annotations

import json
from html import escape

import gradio as gr

from langsong.webui.texts import Texts

_STATUS = ("loading", "threads", "vocoder_in", "first_chunk")


def header(texts: Texts) -> None:
    """Placed where it is called."""
    other = "en" if texts.language == "zh" else "zh"
    theme = escape(texts.dark_or_light)
    said = escape(json.dumps({name: getattr(texts, name) for name in _STATUS}, ensure_ascii=False))
    gr.HTML(
        f"""<header>
          <h1>{escape(texts.title)}</h1><p>{escape(texts.subtitle)}</p>
          <langsong-status texts="{said}"></langsong-status>
          <nav>
            <button id="langsong-language" lang="{other}" onclick="langsong.language('{other}')">
              {escape(texts.other_language)}
            </button>
            <button id="langsong-theme" title="{theme}" aria-label="{theme}" onclick="langsong.theme()">◐</button>
          </nav>
        </header>""",
        elem_id="langsong-header",
    )
