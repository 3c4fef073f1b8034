"""A WebSocket that takes text in pieces, as a language model writes it, and speaks each sentence as it is whole.

The client sends JSON: ``start`` with options, then ``text`` with any piece, ``flush`` to speak what is there,
``cancel`` to be silent at once, ``end``. It gets ``started``, then for each piece of audio ``speech`` (when it begins,
and its words) and the audio as a binary message; ``cancelled``; ``error``; ``done``, after which the server closes.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from langsong.audio.encode import format_named
from langsong.errors import LangsongError, OptionError

from .auth import Client
from .bodies import FormatName, Options
from .growing_speech import GrowingSpeech
from .native import timing
from .problems import problem_of
from .service import Caller, Service, ServiceHere
from .speech import stream_of

router = APIRouter(prefix="/v1")

POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


class Start(Options):
    """Begins a session. Raw samples are the default, for they can be played as they come."""

    type: Literal["start"]
    voice: str | None = None
    format: FormatName = "pcm"


class Piece(BaseModel):
    """More of the text."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["text"]
    text: str


class Command(BaseModel):
    """What to do with the text that is there."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["flush", "cancel", "end"]


_MESSAGES: TypeAdapter[Start | Piece | Command] = TypeAdapter(
    Annotated[Start | Piece | Command, Field(discriminator="type")]
)


def _parse(message: str) -> Start | Piece | Command:
    try:
        return _MESSAGES.validate_json(message)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OptionError(f"{where}: {first['msg']}" if where else first["msg"]) from None


@router.websocket("/stream")
async def stream(socket: WebSocket, service: ServiceHere, client: Caller) -> None:
    """See the module."""
    await socket.accept()
    try:
        start = _parse(await socket.receive_text())
        if not isinstance(start, Start):
            raise OptionError("begin with {'type': 'start'}")
        await Session(socket, service, client, start).run()
    except LangsongError as error:
        await _send(socket, "error", error=problem_of(error).model_dump())
        await socket.close(POLICY_VIOLATION)
    except (WebSocketDisconnect, KeyError):  # KeyError: a binary message where text is due
        return
    else:
        await socket.close()


async def _send(socket: WebSocket, kind: str, **data: Any) -> None:
    await socket.send_json({"type": kind, **data})


class Session:
    """One conversation: text in, speech out, at the same time."""

    def __init__(self, socket: WebSocket, service: Service, client: Client, start: Start) -> None:
        self._socket, self._service, self._client, self._start = socket, service, client, start
        self._format = format_named(start.format)
        self._label = service.new_label()

    async def run(self) -> None:
        """Until all is said after ``end``, or the client is gone, or something fails."""
        options = await self._start.options(self._service)
        voice = self._service.find(self._start.voice).manifest
        rate = self._format.nearest_rate(options.sample_rate or voice.audio.sample_rate)
        label = self._label and self._label.as_dict()
        await _send(self._socket, "started", format=self._format.name, sample_rate=rate, label=label)
        with GrowingSpeech(self._service, self._client, options, self._start.voice) as speech:
            listen, speak = asyncio.create_task(self._listen(speech)), asyncio.create_task(self._speak(speech))
            try:
                await asyncio.wait((listen, speak), return_when=asyncio.FIRST_COMPLETED)
                if listen.done():
                    listen.result()
                await speak
            finally:
                listen.cancel()
                speak.cancel()
                await asyncio.gather(listen, speak, return_exceptions=True)

    async def _listen(self, speech: GrowingSpeech) -> None:
        while True:
            message = _parse(await self._socket.receive_text())
            if isinstance(message, Start):
                raise OptionError("the session has begun: open another one for other options")
            if isinstance(message, Piece):
                speech.add(message.text)
            elif message.type == "flush":
                speech.flush()
            elif message.type == "cancel":
                speech.cancel()
                await _send(self._socket, "cancelled")
            else:
                speech.end()
                return

    async def _speak(self, speech: GrowingSpeech) -> None:
        spoken_s = 0.0
        async for data, chunk in stream_of(speech.chunks(self._tell), self._format, self._label):
            if chunk is not None:
                spoken_s = chunk.start_s + chunk.duration_s
            await _send(self._socket, "speech", **(timing(chunk) if chunk else {}))
            await self._socket.send_bytes(data)
        await _send(self._socket, "done", seconds=spoken_s)

    async def _tell(self, error: LangsongError) -> None:
        """What comes next may be better."""
        await _send(self._socket, "error", error=problem_of(error).model_dump())
