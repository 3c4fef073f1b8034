"""Lists of words kept beside the code, in ``data``."""

from __future__ import annotations

from importlib import resources


def read_words(file: str) -> tuple[str, ...]:
    """The words of a UTF-8 list: parted by white space; lines that begin with ``#`` are comments."""
    text = resources.files(__package__).joinpath(f"data/{file}").read_text(encoding="utf-8")
    return tuple(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
