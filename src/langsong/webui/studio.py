"""What the pages of one server share: who speaks what now, and what was spoken."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from pathlib import Path

import anyio
import anyio.to_thread

from langsong.audio.files import write_audio
from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.store import voice_names
from langsong.bundle.voice import Voice
from langsong.engine.options import SynthesisOptions
from langsong.errors import AudioError, DeadlineExceeded, LangsongError, OptionError, TextError
from langsong.server.auth import Client
from langsong.server.service import Service

from .figures import Figures, measured
from .form import Form
from .history import History
from .loading import load_gradio
from .scripts import passages_of
from .speaking import Speaking

TAKE_ID = re.compile(r"[0-9a-f]{32}")
_REMEMBERED = 32
_ARRIVAL_S = 10.0


class Studio:
    """State of the studio on one server; used on the event loop."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.history = History(service.settings.output_folder)
        self._speaking: OrderedDict[str, Speaking | LangsongError] = OrderedDict()
        self._arrival = asyncio.Event()
        self._figures: Figures | None = None
        self._measuring = asyncio.Lock()

    def voice(self, name: str | None = None) -> Voice:
        """A voice on disk; None or an unknown name = the server's own."""
        return self.service.find(name if name in self.voice_names() else None)

    def manifest(self, name: str | None = None) -> VoiceManifest:
        """What such a voice is."""
        return self.voice(name).manifest

    def voice_names(self) -> list[str]:
        """Of the voices that may be chosen."""
        return voice_names()

    async def figures(self) -> Figures | None:
        """Of what was spoken last; measured if nothing was, which takes a second. None while the voice loads."""
        if not self.service.ready.is_set():
            return None
        async with self._measuring:
            if self._figures is None:
                self._figures = await anyio.to_thread.run_sync(measured, self.service)
        return self._figures

    async def begin(self, take_id: str, client: Client, text: str, form: Form, *, script: bool = False) -> Speaking:
        """Speak; whoever waits by `finished` is told.

        Raises:
            LangsongError: what `passages_of`, `Form.options` and `Service.speak` raise.
        """
        if not TAKE_ID.fullmatch(take_id) or take_id in self._speaking:
            raise OptionError(f"{take_id!r} is no new id: give 32 hex digits")
        if not text.strip():
            raise TextError("there is nothing to say in the text")
        if form.recording is None:
            options = form.options(self.manifest(form.voice))
        else:
            options, form = await anyio.to_thread.run_sync(self._with_recording, form, take_id)
        request = self.service.speak(
            text,
            options,
            passages=passages_of(text) if script else None,
            voice=form.voice or None,
            client=client,
            announced=form.audible_label or None,
            job=len(text) > self.service.settings.max_text_characters,
        )
        speaking = Speaking(take_id, self.service, client, text, form, request, self.history, script=script)
        self._remember(take_id, speaking)
        return speaking

    def refuse(self, take_id: str, error: LangsongError) -> None:
        """Let whoever waits for a take know why it does not begin."""
        if take_id not in self._speaking:
            self._remember(take_id, error)

    def _with_recording(self, form: Form, take_id: str) -> tuple[SynthesisOptions, Form]:
        """The options, and the form with a copy of its recording, if that is wanted; without it, if not.

        A page names files that it uploaded, and those of its history, and no other of this machine.
        """
        load_gradio()
        from gradio.utils import get_upload_folder

        assert form.recording is not None
        recording, folders = Path(form.recording).resolve(), (Path(get_upload_folder()), self.history.recordings)
        if not any(recording.is_relative_to(folder.resolve()) for folder in folders):
            raise AudioError("the recording is none that was uploaded here: upload it again")
        options = form.options(self.manifest(form.voice), self.service.settings.max_reference_s)
        if (given := options.reference_audio) is None:
            return options, form.model_copy(update={"recording": None})
        kept = self.history.recording_path(take_id)
        write_audio(kept, given.samples, given.sample_rate, label=False)
        return options, form.model_copy(update={"recording": str(kept)})

    def _remember(self, take_id: str, speaking: Speaking | LangsongError) -> None:
        self._speaking[take_id] = speaking
        for old in list(self._speaking)[:-_REMEMBERED]:
            earlier = self._speaking[old]
            if isinstance(earlier, LangsongError) or earlier.task.done():
                del self._speaking[old]
        self._arrival.set()
        self._arrival = asyncio.Event()

    def find(self, take_id: str, client: Client) -> Speaking | None:
        """What a client speaks, or spoke a moment ago."""
        speaking = self._speaking.get(take_id)
        return speaking if isinstance(speaking, Speaking) and speaking.client.name == client.name else None

    async def finished(self, take_id: str, client: Client) -> Speaking:
        """The same when all of it is spoken.

        Raises:
            LangsongError: what ended it before, or kept it from beginning.
        """
        with anyio.move_on_after(_ARRIVAL_S):
            while take_id not in self._speaking:
                await self._arrival.wait()
        if isinstance(error := self._speaking.get(take_id), LangsongError):
            raise error
        if (speaking := self.find(take_id, client)) is None:
            raise DeadlineExceeded("the text did not arrive here: try again")
        self._figures = (await speaking.finished()).figures
        return speaking
