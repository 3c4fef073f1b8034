"""What the pages of one server share: who speaks what now, and what was spoken."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from pathlib import Path

import anyio

from langsong.audio.files import write_audio
from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.store import home, installed_voices
from langsong.bundle.voice import Voice
from langsong.errors import LangsongError, OptionError
from langsong.server.auth import Client
from langsong.server.service import Service

from .form import Form
from .history import History
from .scripts import passages_of
from .speaking import Speaking

TAKE_ID = re.compile(r"[0-9a-f]{32}")
_REMEMBERED = 32
_ARRIVAL_S = 10.0


def studio_folder() -> Path:
    """Where the studio keeps its history: ``$LANGSONG_HOME/studio``, or in the user's data folder."""
    return home() / "studio"


class Studio:
    """State of the studio on one server; used on the event loop.

    Args:
        service: which speaks.
        folder: of the history; None = `studio_folder`.
    """

    def __init__(self, service: Service, folder: Path | None = None) -> None:
        self.service = service
        self.history = History(folder or studio_folder())
        self._speaking: OrderedDict[str, Speaking | None] = OrderedDict()
        self._arrival = asyncio.Event()

    def voice(self, name: str | None = None) -> Voice:
        """A voice on disk; None or an unknown name = the server's own."""
        return self.service.find(name if name in self.voice_names() else None)

    def manifest(self, name: str | None = None) -> VoiceManifest:
        """What such a voice is."""
        return self.voice(name).manifest

    def voice_names(self) -> list[str]:
        """Of the voices that may be chosen."""
        return [voice.name for voice in installed_voices()]

    def begin(self, take_id: str, client: Client, text: str, form: Form, *, script: bool = False) -> Speaking:
        """Speak; pages that listen for `take_id` hear it.

        Raises:
            LangsongError: what `passages_of`, `Form.options` and `Service.speak` raise; whoever listens hears nothing.
        """
        if not TAKE_ID.fullmatch(take_id) or take_id in self._speaking:
            raise OptionError(f"{take_id!r} is no new id: give 32 hex digits")
        try:
            speaking = self._begin(take_id, client, text, form, script)
        except LangsongError:
            self._remember(take_id, None)
            raise
        self._remember(take_id, speaking)
        return speaking

    def _begin(self, take_id: str, client: Client, text: str, form: Form, script: bool) -> Speaking:
        options = form.options(self.manifest(form.voice))
        if (given := options.reference_audio) is not None:
            kept = self.history.recording_path(take_id)
            write_audio(kept, given.samples, given.sample_rate, label=False)
            form = form.model_copy(update={"recording": str(kept)})
        request = self.service.speak(
            text,
            options,
            passages=passages_of(text) if script else None,
            voice=form.voice or None,
            client=client,
            announced=form.audible_label or None,
            job=len(text) > self.service.settings.max_text_characters,
        )
        return Speaking(take_id, self.service, client, text, form, request, self.history, script=script)

    def _remember(self, take_id: str, speaking: Speaking | None) -> None:
        self._speaking[take_id] = speaking
        for old in list(self._speaking)[:-_REMEMBERED]:
            earlier = self._speaking[old]
            if earlier is None or earlier.task.done():
                del self._speaking[old]
        self._arrival.set()
        self._arrival = asyncio.Event()

    def find(self, take_id: str, client: Client) -> Speaking | None:
        """What a client speaks, or spoke a moment ago."""
        speaking = self._speaking.get(take_id)
        return speaking if speaking is not None and speaking.client.name == client.name else None

    async def awaited(self, take_id: str, client: Client) -> Speaking | None:
        """The same, if it begins within seconds; None also if it cannot begin."""
        with anyio.move_on_after(_ARRIVAL_S):
            while take_id not in self._speaking:
                await self._arrival.wait()
        return self.find(take_id, client)
