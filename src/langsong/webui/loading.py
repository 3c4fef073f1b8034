"""How Gradio is loaded: in half the time, and without telling its makers."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from langsong.errors import MissingExtra

_loading = threading.Lock()


def load_gradio() -> None:
    """Import Gradio; everything that imports it by itself does so after this. Who calls it beside another waits.

    Raises:
        MissingExtra: it is not installed.
    """
    if find_spec("gradio") is None:
        raise MissingExtra("serve", "the studio")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    with _loading, _without_stubs():
        import gradio  # noqa: F401


@contextmanager
def _without_stubs() -> Iterator[None]:
    """Whenever Gradio is imported it parses the sources of its components and writes stub files for editors beside
    them, in half of the whole time; it passes over those whose source cannot be found."""
    getfile = inspect.getfile

    def unless_gradios(object: Any) -> str:
        if inspect.isclass(object) and object.__module__.startswith("gradio."):
            raise OSError("needed by nobody")
        return getfile(object)

    inspect.getfile = unless_gradios
    try:
        yield
    finally:
        inspect.getfile = getfile
