"""Who looks at the page, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.requests import HTTPConnection

from langsong.server.auth import digest
from langsong.server.service import Service
from langsong.server.settings import ServerSettings
from langsong.webui.access import may_install, visitor_of

COOKIE = "0123456789abcdef" * 2


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    made: list[Service] = []

    def make(**settings: object) -> Service:
        made.append(Service(ServerSettings(**settings)))
        return made[-1]

    yield make
    for service in made:
        service.pool.close()


def connection(address: str = "127.0.0.1", **cookies: str) -> HTTPConnection:
    cookie = "; ".join(f"{name.replace('_', '-')}={value}" for name, value in cookies.items())
    return HTTPConnection({"type": "http", "client": (address, 1), "headers": [(b"cookie", cookie.encode())]})


def test_visitors_are_known_by_their_address(serve: Callable[..., Service]) -> None:
    service = serve()
    assert visitor_of(service, connection()).name == "127.0.0.1"
    assert visitor_of(service, connection("10.0.0.7", langsong_visitor=COOKIE)).name == "10.0.0.7"


def test_visitors_of_a_shared_page_are_known_by_a_cookie(serve: Callable[..., Service]) -> None:
    """All of them may come from the tunnel's end on this computer; none of them becomes its owner by that."""
    service = serve(share=True)
    assert visitor_of(service, connection(langsong_visitor=COOKIE)).name == COOKIE
    for cookies in ({}, {"langsong_visitor": "127.0.0.1"}, {"langsong_visitor": "local"}):
        assert visitor_of(service, connection(**cookies)).name == "visitor"


def test_keys_are_names_shared_or_not(serve: Callable[..., Service]) -> None:
    for share in (False, True):
        service = serve(share=share, keys=({"name": "ann", "sha256": digest("right")},))
        assert visitor_of(service, connection("10.0.0.7", langsong_key="right")).name == "ann"


@pytest.mark.parametrize(
    ("address", "share", "may"),
    [("127.0.0.1", False, True), ("::1", False, True), ("10.0.0.7", False, False), ("127.0.0.1", True, False)],
)
def test_voices_are_installed_from_this_computer_only(
    serve: Callable[..., Service], address: str, share: bool, may: bool
) -> None:
    assert may_install(serve(share=share), connection(address)) is may
