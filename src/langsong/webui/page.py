"""The page in one language: panels, placed and wired."""

from __future__ import annotations

from importlib import resources
from typing import Any

import gradio as gr

from .panels.events import QUIET
from .panels.header import header
from .panels.history import HistoryPanel
from .panels.player import player
from .panels.presets import Presets
from .panels.readings import Readings
from .panels.script import Script
from .panels.settings import Settings
from .panels.speak import Speak
from .panels.voices import Voices
from .studio import Studio
from .texts import Texts

_VERMILION = gr.themes.Color(
    "#fdf4f1",
    "#fae4dd",
    "#f4c6b9",
    "#eba18d",
    "#dc735a",
    "#c8523a",
    "#b9402c",
    "#973224",
    "#752a20",
    "#5a231c",
    "#33120e",
)
_FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]

_HEAD = """
<script type="module" src="../assets/studio.js"></script>
"""

_OPENED = """async () => {
  while (!window.langsong) await new Promise((wait) => setTimeout(wait, 20)); // scripts come after the page
  return langsong.opened();
}"""


def look() -> dict[str, Any]:
    """Theme, styles and scripts, for `gradio.mount_gradio_app`; nothing of it comes from elsewhere."""
    theme = gr.themes.Base(
        primary_hue=_VERMILION,
        neutral_hue="stone",
        font=_FONTS,
        font_mono=["ui-monospace", "monospace"],
        radius_size="lg",
    )
    styles = resources.files(__package__).joinpath("assets/studio.css").read_text(encoding="utf-8")
    return {
        "theme": theme,
        "css": styles,
        "head": _HEAD,
        "footer_links": [],
        "run_history": False,
        "show_error": False,
    }


def build_page(studio: Studio, texts: Texts) -> gr.Blocks:
    """Components and what they do; no voice is loaded."""
    page: gr.Blocks
    with gr.Blocks(title=f"{texts.title} · {texts.subtitle}", analytics_enabled=False, fill_width=True) as page:
        header(texts)
        with gr.Row(elem_id="langsong-desk"):
            with gr.Column(scale=3, min_width=320), gr.Tabs(elem_id="langsong-tabs") as tabs:
                with gr.Tab(texts.speak_tab, id="speak"):
                    speak = Speak(studio, texts)
                    readings = Readings(studio, texts)
                with gr.Tab(texts.script_tab, id="script"):
                    script = Script(studio, texts)
                with gr.Tab(texts.history_tab, id="history"):
                    history = HistoryPanel(studio, texts)
                with gr.Tab(texts.voices_tab, id="voices"):
                    voices = Voices(studio, texts)
            with gr.Column(scale=2, min_width=320, elem_id="langsong-settings"):
                settings = Settings(studio, texts)
                presets = Presets(studio, texts)
        player(texts, studio.manifest().audio.sample_rate)

        readings.wire(speak.text, settings)
        presets.wire(settings)
        voices.wire(settings)
        history.wire(settings, speak.text, script.text, tabs)
        for spoken in (speak.wire(settings), script.wire(settings)):
            spoken.then(history.show, None, history.list, **QUIET)
        page.load(history.show, None, history.list, **QUIET)
        page.load(presets.show, None, presets.chosen, **QUIET)
        page.load(script.show, None, script.shown, **QUIET)
        page.load(voices.show, None, voices.list, **QUIET)
        page.load(None, None, speak.text, js=_OPENED)
    return page
