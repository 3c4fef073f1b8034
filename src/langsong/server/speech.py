"""Speech as bytes: whole files, streams and events, encoded beside the event loop."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, BinaryIO, cast

import anyio.to_thread
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection, Request
from starlette.types import Receive, Scope, Send

from langsong.audio.encode import AudioFormat, Encoder
from langsong.audio.label import ContentLabel
from langsong.engine.request import SpeechRequest
from langsong.errors import LangsongError, TextError
from langsong.types import AudioChunk

from .aac import AAC, AacEncoder
from .service import service_of

log = logging.getLogger(__name__)

_UNKNOWN_SIZE = b"\xff\xff\xff\xff"


class Outbox(io.RawIOBase):
    """A file that is sent as it grows; what has been sent cannot be written again.

    Encoders write a file's head a second time when they know its length; of that only what is still here changes.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._sent = self._position = 0

    def write(self, data: Any) -> int:
        data = bytes(data)
        start = self._position - self._sent
        late = data[max(-start, 0) :]
        start = max(start, 0)
        self._data[start : start + len(late)] = late
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._sent + len(self._data))[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        """What has been written and not been taken yet."""
        data = bytes(self._data)
        if not self._sent and data[:4] == b"RIFF":  # nobody knows yet how long it will be
            size = data.index(b"data") + 4
            data = data[:4] + _UNKNOWN_SIZE + data[8:size] + _UNKNOWN_SIZE + data[size + 4 :]
        self._sent += len(data)
        self._data.clear()
        return data


async def begun(request: SpeechRequest) -> AsyncIterator[AudioChunk]:
    """Its chunks, when the first is there: what is wrong with the request is raised here, before any answer."""
    chunks = aiter(request)
    first = await anext(chunks, None)
    if first is None:
        raise TextError("there is nothing to say in the text")

    async def all_of_them() -> AsyncIterator[AudioChunk]:
        yield first
        async for chunk in chunks:
            yield chunk

    return all_of_them()


async def written(
    chunks: AsyncIterator[AudioChunk], file: BinaryIO, format: AudioFormat, label: ContentLabel | None
) -> AsyncIterator[AudioChunk]:
    """Encode chunks into a file as they come; each is handed on when it is written, and the file's end after them."""
    encoder: Encoder | AacEncoder | None = None
    try:
        async for chunk in chunks:
            if encoder is None:
                if format is AAC:
                    encoder = AacEncoder(file, chunk.sample_rate, label)
                else:
                    encoder = Encoder(file, chunk.sample_rate, format, label or False)
            await anyio.to_thread.run_sync(encoder.write, chunk.samples)
            yield chunk
    except BaseException as error:
        if encoder is not None:
            encoder.__exit__(type(error), error, error.__traceback__)
        raise
    if encoder is not None:
        await anyio.to_thread.run_sync(encoder.__exit__, None, None, None)


async def file_of(chunks: AsyncIterator[AudioChunk], format: AudioFormat, label: ContentLabel | None) -> bytes:
    """All of it as one file."""
    file = io.BytesIO()
    async for _ in written(chunks, file, format, label):
        pass
    return file.getvalue()


async def stream_of(
    chunks: AsyncIterator[AudioChunk], format: AudioFormat, label: ContentLabel | None
) -> AsyncIterator[tuple[bytes, AudioChunk | None]]:
    """The bytes of a file as they come, each with the chunk that they end with; the file's end comes without one."""
    outbox = Outbox()
    async for chunk in written(chunks, cast(BinaryIO, outbox), format, label):
        yield outbox.take(), chunk
    yield outbox.take(), None


@asynccontextmanager
async def listening(http: Request, request: SpeechRequest) -> AsyncIterator[None]:
    """Cancels the request when its client hangs up during the block, and when the block fails."""

    async def until_gone() -> None:
        while (await http.receive())["type"] != "http.disconnect":
            pass
        request.cancel()

    watcher = asyncio.create_task(until_gone())
    try:
        yield
    except BaseException:
        request.cancel()
        raise
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher


class SpeechResponse(StreamingResponse):
    """A body that comes while it is computed. When the client hangs up, computing stops; when speech that has begun
    cannot be finished, the connection is cut, so that no client takes a part for the whole."""

    def __init__(self, request: SpeechRequest, content: AsyncIterator[bytes], **response: Any) -> None:
        super().__init__(content, **response)
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with service_of(HTTPConnection(scope)).working():
                await super().__call__(scope, receive, send)
        except LangsongError as error:
            log.warning("speech broke off: %s", error)
        finally:
            self._request.cancel()
