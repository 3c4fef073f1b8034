"""A book from a file, by its suffix."""

from __future__ import annotations

from pathlib import Path

from langsong.errors import TextError

from .content import Book
from .epub import read_epub
from .plain import decoded, read_lines, read_markdown, read_plain, read_subtitles

SUFFIXES = (".txt", ".md", ".epub", ".srt", ".vtt", ".jsonl")


def read_book(path: Path, encoding: str | None = None) -> Book:
    """The book in a file.

    Args:
        path: with one of `SUFFIXES`.
        encoding: of a text file; None = UTF-8 or GB18030, as it is.

    Raises:
        TextError: it cannot be read, or has no text.
        MissingExtra: what reads it is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TextError(f"{path}: books are read from {', '.join(SUFFIXES)}")
    book = read_epub(path) if suffix == ".epub" else _read_text(path, suffix, encoding)
    if not any(chapter.title or chapter.paragraphs for chapter in book.chapters):
        raise TextError(f"{path} has no text")
    return book


def _read_text(path: Path, suffix: str, encoding: str | None) -> Book:
    try:
        text = decoded(path.read_bytes(), str(path), encoding)
    except OSError as error:
        raise TextError(f"cannot read {path}: {error.strerror}") from None
    if suffix == ".md":
        return read_markdown(text)
    if suffix == ".jsonl":
        return read_lines(text, str(path))
    if suffix in (".srt", ".vtt"):
        return read_subtitles(text, path)
    return read_plain(text)
