"""Who looks at the page. A browser has no header for an API key, so where there are keys it asks for one and keeps it
in a cookie."""

from __future__ import annotations

import html
import re
from importlib import resources

from fastapi import Request
from starlette.requests import HTTPConnection

from langsong.server.auth import Client, token_of
from langsong.server.service import Service, service_of

from .languages import TEXTS
from .texts import Language, Texts

KEY_COOKIE = "langsong-key"
VISITOR_COOKIE = "langsong-visitor"
LANGUAGE_COOKIE = "langsong-language"
_VISITOR = re.compile(r"[0-9a-f]{32}")
_LOOPBACK = ("127.0.0.1", "::1")


def visitor(connection: HTTPConnection) -> Client:
    """Whose browser it is.

    Raises:
        Unauthorized: the service has keys, and none of them came along.
    """
    return visitor_of(service_of(connection), connection)


def visitor_of(service: Service, connection: HTTPConnection) -> Client:
    """The same, for connections that do not know their service; errors as `visitor`.

    Whoever comes through a tunnel may seem to come from this very computer: there a cookie tells visitors apart.
    """
    name = connection.client.host if connection.client else "unknown"
    if service.settings.share:
        cookie = connection.cookies.get(VISITOR_COOKIE, "")
        name = cookie if _VISITOR.fullmatch(cookie) else "visitor"
    token = token_of(connection) or connection.cookies.get(KEY_COOKIE)
    return service.keyring.client(token, name)


def is_near(connection: HTTPConnection) -> bool:
    """Whether it comes from this very computer, or a tunnel's end on it."""
    return connection.client is not None and connection.client.host in _LOOPBACK


def may_install(service: Service, connection: HTTPConnection) -> bool:
    """Whether it is a browser on this very computer, whose user may name its files and fill its disk."""
    return is_near(connection) and not service.settings.share


def language_of(connection: HTTPConnection) -> Language:
    """The one chosen before, else the browser's: Chinese if it likes Chinese better than English."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    for part in connection.headers.get("accept-language", "").lower().split(","):
        if part.strip().startswith("zh"):
            return "zh"
        if part.strip().startswith("en"):
            return "en"
    return "zh"


def login_page(request: Request, *, refused: bool = False) -> str:
    """HTML that asks for a key."""
    texts = TEXTS[language_of(request)]
    page = resources.files(__package__).joinpath("assets/login.html").read_text(encoding="utf-8")
    return page.format(**{name: html.escape(text) for name, text in _login_texts(texts, refused).items()})


def _login_texts(texts: Texts, refused: bool) -> dict[str, str]:
    return {
        "language": texts.language,
        "title": texts.title,
        "hint": texts.no_key if refused else texts.key_hint,
        "key": texts.key,
        "enter": texts.enter,
    }
