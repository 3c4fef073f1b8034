"""Runs the service until it is told to stop, and lets it finish what it began."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

import anyio.to_thread
import uvicorn

from langsong.errors import OptionError

from .app import create_app
from .log import set_up_logging
from .memory import give_memory_back
from .service import Service
from .settings import ServerSettings

_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Of the addresses that stand for all of this machine's, one that can be called."""

_BACKLOG = 512
_POLL_S = 0.05
_LAST_BYTES_S = 10
"""What answers that are computed get to reach their clients."""


class DrainingServer(uvicorn.Server):
    """At the first SIGTERM or SIGINT it takes no more speech, finishes what was begun on every connection, WebSockets
    too, and only then closes them; at the second it stops at once."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is None or self._drain is not None:
            self.should_exit = self.force_exit = True
            return
        self._loop.call_soon_threadsafe(self._begin_drain)

    def _begin_drain(self) -> None:
        self._drain = self._drain or asyncio.create_task(self._finish_speech())

    async def _finish_speech(self) -> None:
        begun = asyncio.get_running_loop().time()
        await anyio.to_thread.run_sync(self._service.stop)
        while self._service.is_working and asyncio.get_running_loop().time() - begun < self._service.settings.drain_s:
            await asyncio.sleep(_POLL_S)
        self.should_exit = True


def serve(settings: ServerSettings, announce: Callable[[str], None]) -> None:
    """Listen and answer; returns when told to stop.

    Args:
        settings: as told.
        announce: called with the address when connections are taken, where port 0 has become a free one; with
            `settings.share` also with the link and a warning.

    Raises:
        OptionError: the address cannot be listened on, or not be shared.
        JobError: there is no cluster where one is to compute.
    """
    set_up_logging(settings.log_level)
    give_memory_back()
    if settings.wyoming_port is not None:  # its library listens by itself, later, and explains nothing
        _listen(settings.host, settings.wyoming_port).close()
    listener = _listen(settings.host, settings.port)
    address, port = listener.getsockname()[:2]
    link = _shared(_LOCAL.get(address, address), port) if settings.share else ()
    with _computing(settings):
        app = create_app(settings)
        announce(f"http://[{settings.host}]:{port}" if ":" in settings.host else f"http://{settings.host}:{port}")
        for line in link:
            announce(line)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=settings.max_upload_bytes,
            timeout_graceful_shutdown=_LAST_BYTES_S,
        )
        DrainingServer(config, app.state.service).run([listener])


def _computing(settings: ServerSettings) -> AbstractContextManager[object]:
    """The cluster that computes, if it is not this process alone."""
    if settings.ray is None:
        return nullcontext()
    cluster: AbstractContextManager[object] = importlib.import_module("langsong.server.cluster").serving(settings.ray)
    return cluster


def _shared(host: str, port: int) -> tuple[str, str]:
    """A public link, and what to know about it."""
    sharing = importlib.import_module("langsong.webui.sharing")  # only this needs Gradio so early
    return sharing.open_tunnel(host, port), sharing.WARNING


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything is loaded, so that a mistake shows at once, and by a message of ours."""
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise OptionError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --host or --port"
        ) from None
    return listener
