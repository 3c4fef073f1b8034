"""A server that really listens, for clients that really connect."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from langsong.server.app import create_app
from langsong.server.service import Service
from langsong.server.settings import ServerSettings

PATIENCE_S = 120
"""What other work on the machine may take from it."""


@dataclass(frozen=True)
class Running:
    """A server on a free port of this machine."""

    app: FastAPI
    port: int

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    def drained(self) -> None:
        """Waits until nothing is computed any more, for clients are gone."""
        end = time.monotonic() + PATIENCE_S
        while self.service.pool.open_requests:
            assert time.monotonic() < end, "speech is computed for nobody"
            time.sleep(0.01)

    def idle(self) -> None:
        """Waits until no connection has work that a stopping server would finish."""
        end = time.monotonic() + PATIENCE_S
        while self.service.is_working:
            assert time.monotonic() < end, "something is taken for work"
            time.sleep(0.01)

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(**settings: object) -> Iterator[Running]:
    """Serves during the body, with these settings."""
    app = create_app(ServerSettings(studio=False, **settings))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    served = Running(app, listening.getsockname()[1])
    try:
        if not served.service.ready.wait(PATIENCE_S):
            raise TimeoutError("the server's voice does not load")
        yield served
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()
