"""Who calls: by API key where there are keys, else by address."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from langsong.errors import Unauthorized

from .settings import ApiKey


@dataclass(frozen=True)
class Client:
    """Who calls. `name` takes turns, is counted and is logged; `key` has limits of its own."""

    name: str
    key: ApiKey | None = None


LOCAL = Client("local")
"""This process itself: the studio."""


def new_key() -> str:
    """A key to give away: 256 random bits. Only its `digest` is kept."""
    return f"ls-{secrets.token_urlsafe(32)}"


def digest(key: str) -> str:
    """What is stored of a key. Keys are random, so one round of SHA-256 keeps them."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class Keyring:
    """The keys that may use the service; without any, everybody may."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = tuple(keys)

    def client(self, token: str | None, address: str) -> Client:
        """Who has this key or, where there are no keys, this address.

        Raises:
            Unauthorized: there are keys, and this is none of them.
        """
        if not self._keys:
            return Client(address)
        given = digest(token or "")
        matches = [key for key in self._keys if hmac.compare_digest(key.sha256, given)]  # all: takes the same time
        if not matches:
            raise Unauthorized("this service needs an API key: send it as 'Authorization: Bearer KEY'")
        return Client(matches[0].name, matches[0])


def token_of(connection: HTTPConnection) -> str | None:
    """The key that came with a request, in ``Authorization: Bearer`` or ``X-API-Key``."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return connection.headers.get("x-api-key")
