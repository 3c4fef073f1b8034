"""What the page fetches besides Gradio's own: speech while it is computed, takes, their subtitles and pictures."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from importlib import resources
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from langsong.audio.encode import format_named
from langsong.errors import LangsongError, Unauthorized
from langsong.server.auth import Client

from .access import KEY_COOKIE, VISITOR_COOKIE, language_of, login_page, visitor
from .form import form_of
from .history import Take
from .renditions import audio_as, picture_of, subtitles_as
from .studio import Studio

router = APIRouter(include_in_schema=False)

_ASSET_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_A_YEAR_S = 365 * 24 * 3600


def _studio(connection: HTTPConnection) -> Studio:
    studio: Studio = connection.app.state.studio
    return studio


StudioHere = Annotated[Studio, Depends(_studio)]
Visitor = Annotated[Client, Depends(visitor)]


@router.get("/")
async def index(request: Request, studio: StudioHere) -> Response:
    """To the page in the visitor's language, or to where the key is asked for."""
    try:
        visitor(request)
    except Unauthorized:
        return RedirectResponse("studio/login")
    response = RedirectResponse(f"studio/{language_of(request)}/")
    if studio.service.settings.share and VISITOR_COOKIE not in request.cookies:
        _keep(response, request, VISITOR_COOKIE, secrets.token_hex(16))
    return response


@router.get("/studio/login")
async def show_login(request: Request) -> HTMLResponse:
    """A form for the key."""
    return HTMLResponse(login_page(request))


@router.post("/studio/login")
async def log_in(request: Request, studio: StudioHere, key: Annotated[str, fastapi.Form()]) -> Response:
    """Remember a key that is right."""
    try:
        studio.service.keyring.client(key, "")
    except Unauthorized:
        return HTMLResponse(login_page(request, refused=True), 401)
    response = RedirectResponse("../", 303)
    _keep(response, request, KEY_COOKIE, key)
    return response


def _keep(response: Response, request: Request, name: str, value: str) -> None:
    """In a cookie that scripts and other sites cannot use."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=_A_YEAR_S, httponly=True, samesite="strict", secure=secure)


@router.get("/favicon.ico")
async def icon() -> Response:
    """What browsers ask for by themselves."""
    return await asset("icon.svg")


@router.get("/studio/assets/{name}")
async def asset(name: str) -> Response:
    """Scripts and styles of the page."""
    kind = _ASSET_TYPES.get(name.rpartition(".")[2])
    file = resources.files(__package__).joinpath("assets").joinpath(name)
    if kind is None or not file.is_file():
        raise HTTPException(404)
    return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


@router.get("/studio/status")
async def status(studio: StudioHere, _: Visitor) -> dict[str, Any]:
    """How fast the service speaks; nothing while it loads its voice."""
    figures = await studio.figures()
    return asdict(figures) if figures is not None else {}


class Wanted(BaseModel):
    """What a page wants spoken.

    Attributes:
        text: plain, with marks, SSML or, if `script`, a script.
        settings: values of the controls, in the order of `form.FIELDS`.
    """

    text: str
    script: bool
    settings: list[Any]


@router.post("/studio/takes/{take_id}")
async def speak(take_id: str, body: Wanted, studio: StudioHere, client: Visitor) -> Response:
    """Speak, and answer with server-sent events. What is wrong with the request is told by the page's own event."""
    try:
        form = form_of(body.settings)
        speaking = await studio.begin(take_id, client, body.text, form, script=body.script)
    except LangsongError as error:
        studio.refuse(take_id, error)
        return Response(status_code=204)
    return StreamingResponse(speaking.events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.post("/studio/takes/{take_id}/cancel", status_code=204)
async def cancel(take_id: str, studio: StudioHere, client: Visitor) -> None:
    """Speak no further; nothing of it is kept."""
    if (speaking := studio.find(take_id, client)) is not None:
        speaking.request.cancel()


@router.get("/studio/takes/{take_id}/transcript")
def transcript(take_id: str, studio: StudioHere, client: Visitor) -> dict[str, Any]:
    """What is said when."""
    return _take(studio, client, take_id).transcript


@router.get("/studio/takes/{take_id}/picture")
def picture(take_id: str, studio: StudioHere, client: Visitor) -> dict[str, Any]:
    """What is needed to draw it."""
    return picture_of(studio.history.path(_take(studio, client, take_id).id))


@router.get("/studio/takes/{take_id}/subtitles.{format}")
def subtitles(take_id: str, format: str, studio: StudioHere, client: Visitor) -> Response:
    """As a file to keep."""
    content = subtitles_as(_take(studio, client, take_id).transcript, format)
    return Response(content, media_type="text/plain; charset=utf-8", headers=_attachment(take_id, format))


@router.get("/studio/takes/{take_id}/audio.{format}")
def audio(take_id: str, format: str, studio: StudioHere, client: Visitor, save: bool = False) -> Response:
    """The sound, to be played or, with ``save``, to be kept."""
    path = studio.history.path(_take(studio, client, take_id).id)
    kind = format_named(format)
    headers = _attachment(take_id, format) if save else {}
    if path.suffix in kind.suffixes:
        return FileResponse(path, media_type=kind.media_type, headers=headers)
    return Response(audio_as(path, kind.name), media_type=kind.media_type, headers=headers)


def _take(studio: Studio, client: Client, take_id: str) -> Take:
    take = studio.history.find(client.name, take_id)
    if take is None:
        raise HTTPException(404)
    return take


def _attachment(take_id: str, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="langsong-{take_id[:8]}.{suffix}"'}
