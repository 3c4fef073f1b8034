"""A studio that really listens."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI

if TYPE_CHECKING:
    from langsong.webui.studio import Studio


@dataclass(frozen=True)
class Served:
    """A studio that listens."""

    url: str
    studio: Studio
    loop: asyncio.AbstractEventLoop


@contextmanager
def serving(**settings: Any) -> Iterator[Served]:
    """A server with the studio during the body, with these settings."""
    from langsong.server.app import create_app
    from langsong.server.settings import ServerSettings

    async def made() -> FastAPI:  # where a loop runs; elsewhere Gradio makes loops, and leaves them open
        return create_app(ServerSettings(**{"studio": True, "workers": 1, **settings}))

    loop = asyncio.new_event_loop()
    app = loop.run_until_complete(made())
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="websockets-sansio"))

    async def serve() -> None:
        await server.serve([listening])
        others = asyncio.all_tasks() - {asyncio.current_task()}  # Gradio's queues, which it never ends
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        if not app.state.service.ready.wait(120):
            raise TimeoutError("the server's voice does not load")
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}/", app.state.studio, loop)
    finally:
        server.should_exit = True
        thread.join(60)
        loop.close()
        listening.close()
