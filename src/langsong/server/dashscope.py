"""DashScope's WebSocket for speech synthesis: Sambert's, with the text in one message, and CosyVoice's, in pieces.

Protocol: Alibaba Cloud Model Studio, "Sambert WebSocket API" and "CosyVoice WebSocket API".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import anyio
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from langsong.engine.subtitles import Transcript
from langsong.errors import LangsongError, OptionError

from .auth import Client
from .dashscope_messages import Command, Progress, failure, started
from .dashscope_voices import find_speaker
from .growing_speech import GrowingSpeech
from .service import Service, client_of, service_of
from .speech import stream_of

router = APIRouter()
log = logging.getLogger(__name__)

_MOST_WAITING = 64  # messages that a client may send ahead
_FRAME_BYTES = 1 << 16


@router.websocket("/api-ws/v1/inference")
@router.websocket("/api-ws/v1/inference/")
async def inference(socket: WebSocket) -> None:
    """One task after the other, until the client goes or a task fails."""
    client = client_of(socket)
    await socket.accept()
    async with anyio.create_task_group() as group:
        inbox: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        group.start_soon(_receive, socket, inbox, group.cancel_scope)
        await _Conversation(socket, inbox, service_of(socket), client).run()
        group.cancel_scope.cancel()


async def _receive(socket: WebSocket, inbox: asyncio.Queue[str], conversation: anyio.CancelScope) -> None:
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        await inbox.put(message.get("text") or "")
    conversation.cancel()


class _Conversation:
    """What is said on one connection."""

    def __init__(self, socket: WebSocket, inbox: asyncio.Queue[str], service: Service, client: Client) -> None:
        self._socket, self._inbox, self._service, self._client = socket, inbox, service, client

    async def run(self) -> None:
        try:
            while True:
                if not await self._answered(await self._inbox.get()):
                    await self._socket.close()
                    return
        except WebSocketDisconnect:
            pass

    async def _answered(self, message: str) -> bool:
        """Whether a task was done, rather than failed."""
        task_id = ""
        try:
            command = Command.parse(message)
            task_id = command.header.task_id
            await self._task(command)
        except LangsongError as error:
            await self._socket.send_text(failure(error, task_id))
        except WebSocketDisconnect:
            raise
        except Exception:
            log.exception("a DashScope task failed")
            await self._socket.send_text(failure(None, task_id))
        else:
            return True
        return False

    async def _task(self, command: Command) -> None:
        if command.header.action != "run-task":
            raise OptionError(f"{command.header.action} before run-task: begin with run-task")
        wanted, task_id = command.payload.parameters, command.header.task_id
        voice, speaker = find_speaker(wanted.voice or command.payload.model, self._service)
        options = await wanted.options(speaker).options(self._service)
        speech = GrowingSpeech(self._service, self._client, options, voice)
        format, label = wanted.audio_format, wanted.on(self._service.new_label())
        progress = Progress(task_id, wanted, Transcript())
        await self._socket.send_text(started(task_id, label, wanted.ignored))
        with speech:
            with anyio.CancelScope() as speaking:
                async with self._taking(command, speech, speaking):
                    async for data, chunk in stream_of(speech.chunks(), format, label):
                        await self._send(data, progress.note(chunk) if chunk else ())
            await self._send(b"", progress.finish())

    @asynccontextmanager
    async def _taking(
        self, command: Command, speech: GrowingSpeech, speaking: anyio.CancelScope
    ) -> AsyncIterator[None]:
        """Hands a task's text to its speech: at once, or during the body as it comes."""
        if command.header.streaming == "out":
            speech.say(command.payload.input.text)
            yield
            return
        taking = asyncio.create_task(self._take(command.header.task_id, speech, speaking))
        try:
            yield
        finally:
            taking.cancel()
            with suppress(asyncio.CancelledError):
                await taking

    async def _take(self, task_id: str, speech: GrowingSpeech, speaking: anyio.CancelScope) -> None:
        """Hand the pieces of a task's text to its speech, until the last."""
        try:
            while True:
                command = Command.parse(await self._inbox.get())
                given = command.payload.input
                if command.header.action == "run-task" or command.header.task_id != task_id:
                    raise OptionError(f"{command.header.action} of another task while {task_id} is open: finish it")
                speech.add(given.text)
                if given.directive == "cancel":
                    speaking.cancel()
                if given.flush:
                    speech.flush()
                if command.header.action == "finish-task":
                    speech.end()
                    return
        except LangsongError as error:
            speech.fail(error)

    async def _send(self, data: bytes, results: Iterable[str]) -> None:
        for start in range(0, len(data), _FRAME_BYTES):
            await self._socket.send_bytes(data[start : start + _FRAME_BYTES])
        for result in results:
            await self._socket.send_text(result)
