"""Text files: their encoding, chapters in plain text and Markdown, lines of JSON, and subtitles."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langsong.errors import MissingExtra, TextError

from .content import Book, Chapter, Paragraph
from .headings import chapters_of, merged

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SURELY_UTF8 = 10
"""Characters beyond ASCII; no GB18030 text has so many at its start that are UTF-8 by chance."""


def decoded(data: bytes, name: str, encoding: str | None = None) -> str:
    """A file's text: as its byte order mark says, else UTF-8, else GB18030 (and so GBK and GB 2312).

    Args:
        data: of the file.
        name: for messages.
        encoding: of the file, if known.

    Raises:
        TextError: it is neither, or not in the encoding given; or there is no such encoding.
    """
    encoding = encoding or next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    try:
        if encoding is not None:
            return data.decode(encoding)
        return data.decode("utf-8")
    except LookupError:
        raise TextError(f"there is no encoding {encoding!r}; there are utf-8, gb18030, big5, utf-16 …") from None
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise TextError(f"{name} is not {encoding} (byte {error.start}): convert it first") from None
        start = error.start
    valid = data[:start].decode("utf-8")
    if sum(not char.isascii() for char in valid) >= _SURELY_UTF8:
        raise TextError(f"{name} is UTF-8 up to byte {start}, which is not: repair it first")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise TextError(
            f"{name} is neither UTF-8 (byte {start}) nor GB18030 (byte {error.start}): give --encoding"
        ) from None


def read_plain(text: str) -> Book:
    """A plain text."""
    return Book(chapters_of(text.splitlines()))


def read_markdown(text: str) -> Book:
    """Markdown: headings of the first two levels begin chapters; a first one that is alone on its level is the book's.

    Code and HTML are left out, links and pictures read as their text.
    """
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    levels = [token.tag for token in tokens if token.type == "heading_open"]
    titled = levels[:1] == ["h1"] and levels.count("h1") == 1
    title, parts = "", [("", list[Paragraph]())]
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "inline":
            continue
        line = " ".join("".join(_inline(token.children or [])).split())
        heading = before.tag if before is not None and before.type == "heading_open" else ""
        if titled and heading == "h1":
            title = line
        elif heading in ("h1", "h2"):
            parts.append((line, []))
        elif line:
            parts[-1][1].append(Paragraph(line))
    return Book(tuple(merged(Chapter(name, tuple(paragraphs)) for name, paragraphs in parts)), title)


def _inline(children: list[Any]) -> Iterator[str]:
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "image":
            yield from _inline(child.children or [])
        elif child.type in ("text", "code_inline"):
            yield child.content


def read_lines(text: str, name: str) -> Book:
    """One JSON object a line: ``text`` with any option, ``chapter`` for the title of a chapter that begins there.

    Raises:
        TextError: a line that is none.
    """
    parts = [("", list[Paragraph]())]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            heading, said = values.pop("chapter", None), values.pop("text", None)
            if not all(value is None or isinstance(value, str) for value in (heading, said)) or heading is said is None:
                raise ValueError("no text")
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise TextError(f'{name}: line {number} is not like {{"text": "…"}} or {{"chapter": "…"}}') from None
        if heading is not None:
            parts.append((heading, []))
        if said is not None and said.strip():
            parts[-1][1].append(Paragraph(said, options=values))
    return Book(tuple(merged(Chapter(title, tuple(paragraphs)) for title, paragraphs in parts)))


def read_subtitles(text: str, path: Path) -> Book:
    """SubRip or WebVTT: each cue is spoken from its time on, and may last until the next one's.

    Raises:
        TextError: the file is none.
        MissingExtra: pysubs2 is not installed.
    """
    try:
        import pysubs2
    except ImportError:
        raise MissingExtra("book", "reading subtitles") from None
    try:
        events = pysubs2.SSAFile.from_string(text, format_=path.suffix.lower().removeprefix("."))
    except pysubs2.Pysubs2Error as error:
        raise TextError(f"{path} has no subtitles that can be read: {error}") from None
    cues = sorted((e for e in events if e.plaintext.strip()), key=lambda e: e.start)
    ends = [cue.start for cue in cues[1:]] + [cue.end for cue in cues[-1:]]
    paragraphs = (
        Paragraph(" ".join(cue.plaintext.split()), cue.start / 1000, (end - cue.start) / 1000 or None)
        for cue, end in zip(cues, ends, strict=True)
    )
    return Book((Chapter("", tuple(paragraphs)),))
