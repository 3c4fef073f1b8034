"""Speech on its way to a page and into a file."""

from __future__ import annotations

import asyncio
import base64
import tempfile
import time
import weakref
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

import anyio.to_thread

from langsong.audio.encode import FORMATS, to_pcm16
from langsong.engine.request import SpeechRequest
from langsong.engine.subtitles import Transcript
from langsong.errors import TextError
from langsong.server.auth import Client
from langsong.server.native import event, timing
from langsong.server.service import Service
from langsong.server.speech import written
from langsong.types import AudioChunk

from .figures import figures_of
from .form import Form
from .history import History, Take

_IN_MEMORY_BYTES = 1 << 20


@dataclass(frozen=True)
class _Piece:
    """A chunk without its samples, and where these are."""

    chunk: dict[str, Any]
    start: int
    end: int


class Speaking:
    """One text being spoken; pages may follow it from the beginning, however late they come.

    Everything happens on the event loop.

    Args:
        take_id: given by the page, which may listen for it before it begins.
        service: whose pool it is.
        client: whose it is.
        text, script, form: as they are kept.
        request: of the pool.
        history: where it goes when it is done.
    """

    def __init__(
        self,
        take_id: str,
        service: Service,
        client: Client,
        text: str,
        form: Form,
        request: SpeechRequest,
        history: History,
        *,
        script: bool = False,
    ) -> None:
        self.id, self.client, self.text, self.form, self.script = take_id, client, text, form, script
        self.request = request
        self._service, self._history = service, history
        self._transcript = Transcript()
        self._characters = 0
        self._rate = 0
        self._notices: dict[str, str] = {}
        self._pieces: list[_Piece] = []
        self._samples = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - goes with the object
        weakref.finalize(self, self._samples.close)
        self._ended = False
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(lambda task: task.cancelled() or task.exception())  # perhaps nobody waits for it

    @property
    def notices(self) -> list[str]:
        """What was done otherwise than asked for."""
        return list(self._notices.values())

    async def finished(self) -> Take:
        """The take, when all is spoken.

        Raises:
            LangsongError: what ended it before.
        """
        return await asyncio.shield(self.task)

    async def _run(self) -> Take:
        path = self._history.path(self.id)
        try:
            with self._service.working(), path.open("w+b") as file:
                async for _ in written(self._heard(), file, FORMATS["flac"], self._service.new_label()):
                    pass
            if not self._pieces:
                raise TextError("there is nothing to say in the text")
            take = await anyio.to_thread.run_sync(self._keep)
        except BaseException:
            self.request.cancel()
            path.unlink(missing_ok=True)
            self._history.recording_path(self.id).unlink(missing_ok=True)
            raise
        finally:
            self._ended = True
            self._tell()
        return take

    async def _heard(self) -> AsyncIterator[AudioChunk]:
        """The chunks, each told to the pages before it is encoded."""
        async for chunk in self.request:
            self._note(chunk)
            yield chunk

    def _keep(self) -> Take:
        take = Take(
            self.id,
            time.time(),
            self.text,
            self.script,
            self.form,
            self._transcript.duration_s,
            figures_of(self.request, self._service),
            self._transcript.as_dict(),
        )
        self._history.add(self.client.name, take)
        return take

    def _note(self, chunk: AudioChunk) -> None:
        self._rate = chunk.sample_rate
        self._transcript.add(chunk)
        self._characters += len(chunk.text)
        self._notices.update((notice.code, notice.message) for notice in chunk.notices)
        start = self._samples.seek(0, 2)
        self._samples.write(to_pcm16(chunk.samples).astype("<i2").tobytes())
        self._pieces.append(_Piece({**timing(chunk), "progress": self.progress}, start, self._samples.tell()))
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    @property
    def progress(self) -> float:
        """Share of the text whose speech has begun, 0-1."""
        return min(self._characters / max(len(self.text), 1), 1.0)

    async def events(self) -> AsyncIterator[bytes]:
        """Server-sent events: ``audio`` with 16-bit samples in base64 and the words that begin in them, ``done``."""
        told = 0
        while True:
            news = self._news
            while told < len(self._pieces):
                piece = self._pieces[told]
                told += 1
                self._samples.seek(piece.start)
                data = self._samples.read(piece.end - piece.start)
                yield event("audio", audio=base64.b64encode(data).decode(), sample_rate=self._rate, **piece.chunk)
            if self._ended:
                break
            await news.wait()
        if self.task.done() and not self.task.cancelled() and self.task.exception() is None:
            take = self.task.result()
            yield event("done", seconds=take.seconds, **asdict(take.figures))
