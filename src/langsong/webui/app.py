"""The studio on a server: the same page in two languages, and what it fetches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from langsong.errors import MissingExtra, Unauthorized

from .access import is_near, visitor_of
from .languages import TEXTS
from .loading import load_gradio
from .routes import router
from .studio import Studio
from .texts import Language

log = logging.getLogger(__name__)


def mount(app: FastAPI) -> None:
    """Put the studio at ``/`` of a server made by `langsong.server.app.create_app`.

    Gradio is loaded in the background when the server starts, and then the voice: both at once keep each other from
    the interpreter, and the page would come a second later. A page is built when it is first asked for; whoever asks
    before Gradio is loaded waits.

    Raises:
        OptionError: its history cannot be kept.
    """
    studio = Studio(app.state.service)
    app.state.studio = studio
    app.state.service.before_voice = _load_early
    app.include_router(router)
    pages = [Page(studio, language) for language in TEXTS]
    for page in pages:
        app.mount(page.path, page)
    others = app.router.lifespan_context

    @asynccontextmanager
    async def with_pages(app: FastAPI) -> AsyncIterator[Any]:
        async with others(app) as state, anyio.create_task_group() as group:
            for page in pages:
                group.start_soon(page.run)
            yield state
            group.cancel_scope.cancel()

    app.router.lifespan_context = with_pages


def _load_early() -> None:
    with suppress(MissingExtra):  # said when the page is wanted
        load_gradio()


class Page:
    """The studio in one language, as an ASGI application under `path`."""

    def __init__(self, studio: Studio, language: Language) -> None:
        self.path = f"/studio/{language}"
        self._studio, self._language = studio, language
        self._wanted, self._built = asyncio.Event(), asyncio.Event()
        self._app = FastAPI()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._wanted.set()
        await self._built.wait()
        outside = {**scope, "root_path": scope["root_path"].removesuffix(self.path)}  # Gradio mounts it there itself
        if is_near(HTTPConnection(scope)):  # to pack megabytes of scripts takes longer here than to send them
            outside["headers"] = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        await self._app(outside, receive, send)

    async def run(self) -> None:
        """Build it when it is wanted and Gradio is loaded, and serve until cancelled."""
        await self._wanted.wait()
        try:
            await anyio.to_thread.run_sync(load_gradio)
            self._build()
        except Exception:
            log.exception("the studio's page cannot be built")
            self._built.set()  # every path of it is now unknown
            return
        async with self._app.router.lifespan_context(self._app):
            self._built.set()
            await anyio.sleep_forever()

    def _build(self) -> None:
        import gradio as gr

        from .page import build_page, look

        studio = self._studio
        page = build_page(studio, TEXTS[self._language])
        gr.mount_gradio_app(
            self._app,
            page,
            self.path,
            root_path=self.path,  # else files that come back from events are looked for at the root
            auth_dependency=self._visitor_name,
            allowed_paths=[str(studio.history.recordings)],
            **look(),
        )

    def _visitor_name(self, request: Request) -> str | None:
        try:
            return visitor_of(self._studio.service, request).name
        except Unauthorized:
            return None
