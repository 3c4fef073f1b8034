"""How the page's events are wired: without Gradio's spinners, and with errors as toasts in the page's language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from langsong.errors import LangsongError
from langsong.server.auth import Client
from langsong.webui.access import visitor_of
from langsong.webui.problems import headline, in_words
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For what takes no time."""

LOUD: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
"""For what may end in a toast: Gradio shows those of queued events only."""

TOAST_S = 8


def client_of(studio: Studio, request: gr.Request) -> Client:
    """Who did something on the page.

    Raises:
        Unauthorized: the service has keys, and none of them came along.
    """
    assert request.request is not None, "Gradio hands the request over within one process"
    return visitor_of(studio.service, request.request)


@contextmanager
def toasts(texts: Texts) -> Iterator[None]:
    """Shows what goes wrong in the body, and ends the event."""
    try:
        yield
    except LangsongError as error:
        said = f"{headline(error, texts)}{texts.colon}{in_words(str(error), texts)}"
        raise gr.Error(said, title=texts.title, duration=TOAST_S, print_exception=False) from None
