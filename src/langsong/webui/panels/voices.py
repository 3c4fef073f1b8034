"""The installed voices, and how another one is installed: from this computer, or from ModelScope."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import anyio.to_thread
import gradio as gr

from langsong.bundle.install import InstallReport, install
from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.pull import pull
from langsong.bundle.pull_catalogue import PUBLISHED
from langsong.bundle.store import cache_home
from langsong.errors import VoiceError
from langsong.webui.access import may_install
from langsong.webui.names import emotion_name, speaker_name
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import toasts
from .settings import Settings, voice_choices

_TOLD_EVERY_S = 0.5


class Voices:
    """The panel, placed where it is made."""

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        gr.Markdown(f"#### {texts.voices_hint}")
        self.list = gr.HTML(elem_id="langsong-voices")
        with gr.Accordion(texts.import_title, open=False, elem_id="langsong-import"):
            self._path = gr.Textbox(label=texts.import_path)
            self._name = gr.Textbox(label=texts.import_name)
            self._import = gr.Button(texts.import_button)
        with gr.Accordion(texts.pull_title, open=False, elem_id="langsong-pull"):
            published = [(f"{name} {voice.title}".strip(), name) for name, voice in PUBLISHED.items()]
            self._model = gr.Dropdown(published, label=texts.pull_model, info=texts.pull_hint, allow_custom_value=True)
            self._pulled_name = gr.Textbox(label=texts.import_name)
            self._pull = gr.Button(texts.pull_button)
        self._progress = gr.HTML(elem_id="langsong-progress")

    def show(self) -> str:
        """What is installed."""
        voices = (self._studio.manifest(name) for name in self._studio.voice_names())
        return "".join(voice_html(voice, self._texts) for voice in voices)

    def wire(self, settings: Settings) -> None:
        """Let voices be installed and chosen."""

        async def bring(path: str, name: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
            source = Path(path.strip()).expanduser()
            async for update in self._install(request, lambda: install(source, name=name.strip() or None)):
                yield update

        async def fetch(model: str | None, name: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
            before = _downloaded_bytes()

            def told() -> str:
                return self._texts.pulled.format(megabytes=(_downloaded_bytes() - before) / 1e6)

            work = lambda: pull((model or "").strip(), install_as=name.strip() or None)  # noqa: E731
            async for update in self._install(request, work, told):
                yield update

        changed = [self.list, settings.voice, self._progress]
        once: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_id": "voices"}
        for button, act, given in (
            (self._import, bring, [self._path, self._name]),
            (self._pull, fetch, [self._model, self._pulled_name]),
        ):
            button.click(act, given, changed, **once).failure(lambda: "", None, self._progress, queue=False)

    async def _install(
        self, request: gr.Request, work: Callable[[], InstallReport], told: Callable[[], str] = str
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Updates of the page while a voice is being installed in a thread, and after it."""
        with toasts(self._texts):
            if request.request is None or not may_install(self._studio.service, request.request):
                raise VoiceError(self._texts.install_elsewhere)
            begun = time.monotonic()
            task = asyncio.ensure_future(anyio.to_thread.run_sync(work))
            while not (await asyncio.wait({task}, timeout=_TOLD_EVERY_S))[0]:
                words = f"{self._texts.installing} {time.monotonic() - begun:.0f} s {told()}"
                yield gr.skip(), gr.skip(), f"<progress></progress> {escape(words)}"
            voice = task.result().voice
        gr.Info(self._texts.installed.format(name=voice.name))
        yield self.show(), gr.update(choices=voice_choices(self._studio)), ""


def _downloaded_bytes() -> int:
    """What lies in the folder that voices are downloaded to."""
    size = 0
    for file in (cache_home() / "modelscope").rglob("*"):
        with suppress(OSError):  # it has been renamed meanwhile
            size += file.stat().st_size
    return size


def voice_html(voice: VoiceManifest, texts: Texts) -> str:
    """A voice as a card."""
    speakers = ", ".join(speaker_name(speaker, texts) for speaker in voice.speakers)
    emotions = ", ".join(emotion_name(emotion, texts.language) for emotion in voice.emotions)
    rows = ((texts.speakers, speakers), (texts.emotions, emotions), (texts.licence, voice.licence))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    rate = f"{voice.audio.sample_rate / 1000:g} kHz"
    name = f"{escape(voice.title)} <small>{escape(voice.name)} · {rate}</small>"
    return f"<article><h4>{name}</h4><dl>{facts}</dl></article>"
