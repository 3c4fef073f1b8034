"""A book in pieces that are spoken on their own: headings, paragraphs, and parts of long ones.

A piece is named by its content, so that a book that was changed is spoken anew only where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from langsong.batch.manifest import Item
from langsong.batch.request import check_request, digest_of
from langsong.engine.emotion_names import is_emotion
from langsong.errors import LangsongError, TextError
from langsong.text.normalize import is_spoken
from langsong.text.script import is_definition, parse_script
from langsong.text.segment import segment

from .content import Book, Chapter, Paragraph

LONGEST = 400
"""Characters of a piece; longer paragraphs are divided between sentences."""

PAUSE_S = {"title": 1.0, "part": 0.0, "paragraph": 0.4, "scene": 1.2, "chapter": 2.0}
"""Silence after pieces, besides the voice's own at a sentence's end. A scene ends at a line of signs (``＊＊＊``)."""

_KEY_DIGITS = 20


@dataclass(frozen=True)
class Piece:
    """What is spoken in one go.

    Attributes:
        item: as a job does it.
        speaker: whose level counts.
        pause_s: after it.
        start_s: its time, if it has one.
    """

    item: Item
    speaker: str
    pause_s: float
    start_s: float | None = None


@dataclass(frozen=True)
class Part:
    """A chapter in pieces."""

    title: str
    pieces: tuple[Piece, ...]


def parts_of(
    book: Book,
    defaults: Mapping[str, Any],
    ingredients: Callable[[str | None], tuple[str, ...]],
    *,
    script: bool = False,
) -> list[Part]:
    """The chapters of a book in pieces; those with nothing to read are left out.

    Args:
        defaults: what is wanted of all, by the names of `BatchRequest`, with the sample rate.
        ingredients: what results depend on, by the voice's name.
        script: paragraphs are the lines of a script; roles hold to the end of the book.

    Raises:
        TextError: a paragraph's script or options cannot be read; the message begins with its place.
    """
    roles: dict[str, str] = {}
    parts = []
    for number, chapter in enumerate(book.chapters, 1):
        pieces = list(_pieces(number, chapter, defaults, ingredients, roles if script else None))
        if pieces:
            untimed = pieces[-1].start_s is None
            last = PAUSE_S["chapter"] if untimed and number < len(book.chapters) else 0.0
            pieces[-1] = replace(pieces[-1], pause_s=last)
            parts.append(Part(chapter.title or book.title, tuple(pieces)))
    return parts


def _pieces(
    number: int,
    chapter: Chapter,
    defaults: Mapping[str, Any],
    ingredients: Callable[[str | None], tuple[str, ...]],
    roles: dict[str, str] | None,
) -> Iterator[Piece]:
    def piece(values: Mapping[str, Any], speaker: str | None, pause_s: float, start_s: float | None = None) -> Piece:
        request = {**defaults, **values, "format": "flac", "sample_rate": defaults["sample_rate"]}
        checked = check_request(request)
        digest = digest_of(request, *ingredients(checked.voice))
        return Piece(Item(digest[:_KEY_DIGITS], digest, request), speaker or checked.speaker or "", pause_s, start_s)

    held: Piece | None = None
    if is_spoken(chapter.title):
        held = piece({"text": chapter.title}, None, PAUSE_S["title"])
    for count, paragraph in enumerate(chapter.paragraphs, 1):
        try:
            if not is_spoken(paragraph.text):
                if held is not None and held.start_s is None:
                    held = replace(held, pause_s=max(PAUSE_S["scene"], held.pause_s))
                continue
            for values, speaker, pause in _requests(paragraph, roles):
                if held is not None:
                    yield held
                held = piece(values, speaker, 0.0 if paragraph.start_s is not None else pause, paragraph.start_s)
        except LangsongError as error:
            raise TextError(f"chapter {number}, paragraph {count} ({paragraph.text[:16]}…): {error}") from None
    if held is not None:
        yield held


def _requests(paragraph: Paragraph, roles: dict[str, str] | None) -> Iterator[tuple[dict[str, Any], str | None, float]]:
    """What to ask for, whose speech it is, if the text says so, and the pause after it."""
    values = dict(paragraph.options)
    if paragraph.slot_s is not None:
        values["slot_s"] = paragraph.slot_s
    if roles is not None:
        if is_definition(paragraph.text):
            roles[paragraph.text.split()[0]] = paragraph.text
            return
        used = [line for name, line in roles.items() if paragraph.text.lstrip().startswith(name[1:])]
        said = "\n".join([*used, paragraph.text])
        yield (
            values | {"text": said, "script": True},
            parse_script(said, is_emotion)[-1].style.speaker,
            PAUSE_S["paragraph"],
        )
        return
    parts = _divided(paragraph.text) if paragraph.start_s is None else [paragraph.text]
    for index, text in enumerate(parts, 1):
        yield values | {"text": text}, None, PAUSE_S["paragraph" if index == len(parts) else "part"]


def _divided(text: str) -> list[str]:
    """Parts of at most `LONGEST` characters, none without anything to read."""
    if len(text) <= LONGEST:
        return [text]
    parts = [""]
    for sentence in segment(text):
        if is_spoken(parts[-1]) and len(parts[-1]) + len(sentence) > LONGEST:
            parts.append("")
        parts[-1] += sentence
    if len(parts) > 1 and not is_spoken(parts[-1]):
        parts[-2:] = ["".join(parts[-2:])]
    return parts
