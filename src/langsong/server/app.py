"""The application: every route, and what surrounds them."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio.to_thread
from fastapi import Depends, FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from langsong import __version__
from langsong.errors import LangsongError

from . import dashscope, gptsovits, jobs, live, native, openai, operation
from .middleware import RequestMiddleware
from .problems import INTERNAL, RESPONSES, ErrorBody, Problem, headers_of, problem_of, status_of
from .service import Service
from .settings import ServerSettings


def create_app(settings: ServerSettings | None = None) -> FastAPI:
    """The service as an ASGI application; its workers start and end with the application's lifespan.

    `app.state.service` is the `Service`.
    """
    service = Service(settings or ServerSettings())
    app = FastAPI(
        title="langsong 朗诵",
        version=__version__,
        description="Mandarin text-to-speech that speaks with feeling. 会动情的中文语音合成。",
        lifespan=_lifespan,
    )
    app.state.service = service
    app.exception_handler(LangsongError)(_langsong_error)
    app.exception_handler(RequestValidationError)(_bad_request)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(Exception)(_our_fault)
    with_key = [Depends(HTTPBearer(auto_error=False, description="An API key, where the service has keys."))]
    for router in (native.router, openai.router, gptsovits.router, jobs.router):
        app.include_router(router, dependencies=with_key, responses=RESPONSES)
    app.include_router(live.router)
    app.include_router(dashscope.router)
    app.include_router(operation.router)
    app.add_middleware(RequestMiddleware, service=service)
    if service.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(service.settings.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    if service.settings.studio:
        mount_studio(app)
    return app


def mount_studio(app: FastAPI) -> None:
    """Put the web page at ``/``; only this loads what it is made of."""
    importlib.import_module("langsong.webui.app").mount(app)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    app.state.jobs = jobs.Jobs(service)
    service.start()
    try:
        async with AsyncExitStack() as others:
            if service.settings.wyoming_port is not None:
                await others.enter_async_context(importlib.import_module("langsong.server.wyoming").listening(service))
            yield
    finally:
        await anyio.to_thread.run_sync(service.stop)
        await app.state.jobs.close()


async def _langsong_error(connection: Request | WebSocket, error: Exception) -> Response | None:
    assert isinstance(error, LangsongError)
    body = ErrorBody(error=problem_of(error))
    response = JSONResponse(body.model_dump(), status_of(error), headers_of(error))
    if isinstance(connection, Request):
        return response
    await connection.send_denial_response(response)  # before it is accepted; later, routes answer for themselves
    return None


async def _bad_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    problem = Problem(
        message=f"{field}: {first['msg']}" if field else first["msg"],
        type="invalid_request_error",
        code=first["type"],
        param=field or None,
    )
    return JSONResponse(ErrorBody(error=problem).model_dump(), 400)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: unknown paths, methods, broken forms."""
    assert isinstance(error, HTTPException)
    kind = "not_found_error" if error.status_code == 404 else "invalid_request_error"
    problem = Problem(message=str(error.detail), type=kind, code=f"http_{error.status_code}")
    return JSONResponse(ErrorBody(error=problem).model_dump(), error.status_code, error.headers)


async def _our_fault(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse(ErrorBody(error=INTERNAL).model_dump(), 500)
