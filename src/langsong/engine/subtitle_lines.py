"""A sentence in lines for the eye, and when each line begins to sound."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import NamedTuple

from langsong.text.words import cut
from langsong.types import WordTiming

_OPENING = "“‘「『（《〈【〔［｛([{"
_CLAUSE_END = "，、；：。！？…—,;:.!?"
_CLOSING = "”’」』）》〉】〕］｝)]}"
_NOT_FIRST = _CLOSING + "%％°"
_SILENT = _CLAUSE_END + _CLOSING + _OPENING + " "


class Line(NamedTuple):
    """A line of text and when to show it, in ms from the start of the speech."""

    text: str
    start_ms: int
    end_ms: int


def columns_of(text: str) -> int:
    """How wide it is: hanzi and everything else that may be as wide have two columns, the rest one."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def lines_of(
    text: str, words: Sequence[WordTiming], start_s: float, end_s: float, columns: int
) -> list[tuple[str, int]]:
    """Lines of at most so many columns, each with its start in ms; joined they are the text, but for blanks."""
    starts_s = character_starts(text, words, start_s, end_s)
    found = []
    position = 0
    for line in broken(text, columns):
        if line.strip():
            spoken = position + len(line) - len(line.lstrip())
            found.append((line.strip(), round(1000 * starts_s[spoken])))
        position += len(line)
    return found


def character_starts(text: str, words: Sequence[WordTiming], start_s: float, end_s: float) -> list[float]:
    """When each character of a written text begins to sound, in seconds, never falling.

    Words are as read, so the text is matched with them: what is written otherwise than read (2026 and 二零二六) shares
    the time of what stands for it, and silent characters come where the one before them ends. Without words, the time
    is shared evenly.
    """
    letters = [
        (char.lower(), word.start_s + (word.end_s - word.start_s) * n / len(word.text))
        for word in words
        for n, char in enumerate(word.text)
    ]
    if not letters:
        before = accumulate((columns_of(char) for char in text[:-1]), initial=0)
        return [start_s + (end_s - start_s) * n / max(columns_of(text), 1) for n in before]
    bounds = [*(letter_s for _, letter_s in letters), words[-1].end_s]
    read = "".join(char for char, _ in letters)
    matcher = SequenceMatcher(None, [char.lower() for char in text], list(read), autojunk=False)
    starts: list[float] = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            starts += bounds[j:j_end]
        elif tag != "insert":
            sounding = len(text[i:i_end].rstrip(_SILENT)) or i_end - i
            shares = (min(n / sounding, 1.0) for n in range(i_end - i))
            starts += (bounds[j] + (bounds[j_end] - bounds[j]) * share for share in shares)
    return [min(max(s, start_s), end_s) for s in accumulate(starts, max)]


def broken(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns (two at least), which joined are the text.

    Lines end after clauses if these fit, else between words, else anywhere; a long clause is divided evenly.
    """
    lines = [""]
    for clause in _clauses(text):
        width = columns_of(clause)
        if columns_of(lines[-1]) + width <= columns:
            lines[-1] += clause
            continue
        lines.append("")
        even = width / -(-width // columns)
        for word in _pieces(clause, columns):
            full = columns_of(lines[-1]) >= even and word.strip()
            if full or columns_of(lines[-1]) + columns_of(word) > columns:
                lines.append("")
            lines[-1] += word
    return [line for line in lines if line]


def _clauses(text: str) -> Iterator[str]:
    clause = ""
    words = _words(text)
    for word, following in pairwise([*words, ""]):
        clause += word
        if word.rstrip(_NOT_FIRST + " ").endswith(tuple(_CLAUSE_END)) or not following:
            yield clause
            clause = ""


def _words(text: str) -> list[str]:
    """Words with the marks that belong to them; joined they are the text."""
    found: list[str] = []
    for word in cut(text):
        closes = word[0] in _CLAUSE_END + _NOT_FIRST or word.isspace()
        if found and (closes or found[-1][-1] in _OPENING):
            found[-1] += word
        else:
            found.append(word)
    return found


def _pieces(clause: str, columns: int) -> Iterator[str]:
    """The words of a clause, and parts of one that fills more than a line."""
    for word in _words(clause):
        piece = ""
        for char in word:
            if columns_of(piece + char) > columns:
                yield piece
                piece = ""
            piece += char
        yield piece
