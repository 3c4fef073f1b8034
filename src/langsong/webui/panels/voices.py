"""The installed voices, and how another one is installed."""

from __future__ import annotations

from html import escape
from pathlib import Path

import gradio as gr

from langsong.bundle.install import install
from langsong.bundle.manifest import VoiceManifest
from langsong.errors import VoiceError
from langsong.webui.access import may_install
from langsong.webui.names import emotion_name, speaker_name
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import toasts
from .settings import Settings, voice_choices


class Voices:
    """The panel, placed where it is made."""

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        gr.Markdown(f"#### {texts.voices_hint}")
        self.list = gr.HTML(elem_id="langsong-voices")
        with gr.Row():
            self._path = gr.Textbox(label=texts.import_path, scale=3, min_width=220, elem_id="langsong-import")
            self._name = gr.Textbox(label=texts.import_name, scale=1, min_width=140)
        self._import = gr.Button(texts.import_button)

    def show(self) -> str:
        """What is installed."""
        voices = (self._studio.manifest(name) for name in self._studio.voice_names())
        return "".join(voice_html(voice, self._texts) for voice in voices)

    def wire(self, settings: Settings) -> None:
        """Let voices be installed and chosen."""

        def bring(path: str, name: str, request: gr.Request) -> tuple[str, object]:
            with toasts(self._texts):
                if request.request is None or not may_install(self._studio.service, request.request):
                    raise VoiceError(self._texts.import_elsewhere)
                voice = install(Path(path.strip()).expanduser(), name=name.strip() or None).voice
            gr.Info(self._texts.imported.format(name=voice.name))
            return self.show(), gr.update(choices=voice_choices(self._studio))

        self._import.click(bring, [self._path, self._name], [self.list, settings.voice], api_visibility="private")


def voice_html(voice: VoiceManifest, texts: Texts) -> str:
    """A voice as a card."""
    speakers = ", ".join(speaker_name(speaker, texts) for speaker in voice.speakers)
    emotions = ", ".join(emotion_name(emotion, texts.language) for emotion in voice.emotions)
    rows = ((texts.speakers, speakers), (texts.emotions, emotions), (texts.licence, voice.licence))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    rate = f"{voice.audio.sample_rate / 1000:g} kHz"
    name = f"{escape(voice.title)} <small>{escape(voice.name)} · {rate}</small>"
    return f"<article><h4>{name}</h4><dl>{facts}</dl></article>"
