"""A studio that really listens."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from langsong.webui.studio import Studio


PATIENCE_MS = 60_000
"""How long a browser waits for what other work on the machine may delay."""


@dataclass(frozen=True)
class Served:
    """A studio that listens."""

    url: str
    studio: Studio
    loop: asyncio.AbstractEventLoop


@contextmanager
def serving(**settings: Any) -> Iterator[Served]:
    """A server with the studio during the body, with these settings."""
    made: Future[tuple[uvicorn.Server, asyncio.AbstractEventLoop]] = Future()
    listening = socket.create_server(("127.0.0.1", 0))
    output = tempfile.TemporaryDirectory(prefix="langsong-studio-")
    settings = {"workers": 1, "output_folder": output.name, **settings}
    thread = threading.Thread(target=lambda: asyncio.run(_serve(settings, listening, made)))
    thread.start()
    server, loop = made.result(120)
    app: Any = server.config.app
    try:
        if not app.state.service.ready.wait(300):
            raise TimeoutError("the server's voice does not load")
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}/", app.state.studio, loop)
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()
        output.cleanup()


async def _serve(settings: dict[str, Any], listening: socket.socket, made: Future[Any]) -> None:
    from langsong.server.app import create_app
    from langsong.server.settings import ServerSettings

    try:
        app = create_app(ServerSettings(**settings))
    except BaseException as error:
        made.set_exception(error)
        raise
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="websockets-sansio"))
    made.set_result((server, asyncio.get_running_loop()))
    await server.serve([listening])
