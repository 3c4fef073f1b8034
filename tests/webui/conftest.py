"""A server with the studio, and Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from studio_server import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
]


def pytest_configure(config: pytest.Config) -> None:
    """What Gradio does with pandas after every queued event is not ours to mend."""
    for message in ("'future.no_silent_downcasting' is deprecated", "The copy keyword is deprecated"):
        config.addinivalue_line("filterwarnings", f"ignore:{message}")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")  # while it is there, its event loop runs in this thread: others could start none
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens the studio, in a window of its own; at the end the page must have had no error and asked nobody else."""
    faults: list[str] = []
    contexts = []

    def open_it(**window: Any) -> Page:
        context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}, **window})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda answer: answer.status >= 400 and faults.append(f"{answer.status} {answer.url}"))
        page.on("request", lambda request: _is_ours(request.url, served.url) or faults.append(f"asks {request.url}"))
        page.goto(served.url)
        page.locator("#langsong-speak").wait_for()
        page.wait_for_function("document.querySelector('langsong-player')?.player !== undefined")
        page.wait_for_timeout(500)  # until the lists are fetched
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


def _is_ours(url: str, base: str) -> bool:
    return url.startswith((base, "data:", "blob:"))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: ``$LANGSONG_PICTURES``, to be kept, or a temporary folder."""
    given = os.environ.get("LANGSONG_PICTURES")
    folder = Path(given) if given else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
