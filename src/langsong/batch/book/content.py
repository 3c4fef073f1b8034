"""What a book consists of, whatever file it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Paragraph:
    """A stretch of text that ends with a pause.

    Attributes:
        text: as written, in one line or several.
        start_s: when it is to be spoken, in seconds from the start of the book; None = after the one before it.
        slot_s: seconds that it may last, if it has a time.
        options: what it says about its speaking, by the names of `BatchRequest`.
    """

    text: str
    start_s: float | None = None
    slot_s: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    """A part of a book that can be jumped to.

    Attributes:
        title: spoken before the paragraphs, unless it is empty.
    """

    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Book:
    """A whole book.

    Attributes:
        title, author: empty if the file does not say.
        cover: a JPEG or PNG file.
    """

    chapters: tuple[Chapter, ...]
    title: str = ""
    author: str = ""
    cover: bytes | None = None
