"""Applying rules to a text, and keeping account of what each of them read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from langsong.text.hanzi import is_hanzi
from langsong.text.normalize.clean import Cleaned
from langsong.text.normalize.rule import MASK, Rule
from langsong.types import Span


class Claim(NamedTuple):
    """A stretch of cleaned text that a rule has read."""

    start: int
    end: int
    read: str
    rule: str


class _Piece(NamedTuple):
    """A stretch of written text and its reading, before white space is settled."""

    start: int
    end: int
    read: str
    rule: str
    claimed: bool


def claims(text: str, rules: Iterable[Rule]) -> list[Claim]:
    """What the rules read in `text`, each character by the first rule that takes it; in order of place."""
    taken: list[Claim] = []
    for rule in rules:

        def take(match: re.Match[str], rule: Rule = rule) -> str:
            read = rule.read(match)
            if read is None:
                return match[0]
            taken.append(Claim(match.start(), match.end(), read, rule.name))
            return MASK * len(match[0])

        text = rule.pattern.sub(take, text)
    return sorted(taken)


def spans(written: str, cleaned: Cleaned, simplified: str, taken: list[Claim]) -> tuple[Span, ...]:
    """How `written` is read: its spans, which tile it.

    Args:
        cleaned: of `written`.
        simplified: `cleaned.text` in simplified hanzi, character for character.
        taken: claims on `simplified`.
    """
    if not taken and simplified == written and "  " not in written and written.strip(" ") == written:
        return (Span(0, len(written), written, written),) if written else ()
    return tuple(_merged(written, _settle_spaces(list(_pieces(written, cleaned, simplified, taken)))))


def _pieces(written: str, cleaned: Cleaned, simplified: str, taken: list[Claim]) -> Iterator[_Piece]:
    """The claims and the single characters between them, in written offsets."""
    ends = cleaned.ends
    place = 0  # in the written text
    done = 0  # in the cleaned text
    queue = iter(taken)
    claim = next(queue, None)
    while place < len(written):
        end = ends[place]
        if claim is None or end <= claim.start or end == done:
            yield _single(written, cleaned, simplified, place, done, end)
            place, done = place + 1, end
            continue
        # A claim may begin or end inside what stands for one written character: then all of that goes with it.
        start, read, rule = place, "", claim.rule
        while claim is not None and claim.start < end:
            read += simplified[done : claim.start] + claim.read
            done = claim.end
            while ends[place] < done:
                place += 1
            end = ends[place]
            claim = next(queue, None)
            if end == done:
                break
        read += simplified[done:end]
        place, done = place + 1, end
        yield _Piece(start, place, read, f"rule {rule}", True)


def _single(written: str, cleaned: Cleaned, simplified: str, place: int, start: int, end: int) -> _Piece:
    read = simplified[start:end]
    rule = cleaned.rules[place]
    if not rule and read != written[place]:
        rule = "traditional"
    return _Piece(place, place + 1, read, rule, False)


def _settle_spaces(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Single spaces between words only: none at the ends, none between a number that was read and hanzi."""
    following = _first_characters(pieces)
    last, last_claimed = "", False
    for index, piece in enumerate(pieces):
        read = piece.read
        if read == " ":
            near, near_claimed = following[index]
            typographic = last_claimed != near_claimed and _joins(last) and _joins(near)
            if last in ("", " ") or not near or near == " " or typographic:
                yield piece._replace(read="", rule=piece.rule or "space")
                continue
        elif piece.claimed:
            if last in ("", " "):
                read = read.lstrip(" ")
            if not following[index][0]:
                read = read.rstrip(" ")
        if read:
            last, last_claimed = read[-1], piece.claimed
        yield piece._replace(read=read)


def _joins(char: str) -> bool:
    return char != "" and is_hanzi(char)


def _first_characters(pieces: list[_Piece]) -> list[tuple[str, bool]]:
    """For each piece the next character that is read after it and is not a space, and whether a rule read it."""
    following: list[tuple[str, bool]] = [("", False)] * len(pieces)
    near: tuple[str, bool] = ("", False)
    for index in range(len(pieces) - 1, -1, -1):
        following[index] = near
        read = pieces[index].read.strip(" ")
        if read:
            near = (read[0], pieces[index].claimed)
    return following


def _merged(written: str, pieces: Iterable[_Piece]) -> Iterator[Span]:
    """Characters that nothing, or one and the same thing, changed as one span."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and (piece.claimed or group[-1].claimed or piece.rule != group[-1].rule):
            yield _span(written, group)
            group = []
        group.append(piece)
    if group:
        yield _span(written, group)


def _span(written: str, group: list[_Piece]) -> Span:
    start, end = group[0].start, group[-1].end
    return Span(start, end, written[start:end], "".join(piece.read for piece in group), group[0].rule)
