"""How `langsong text --explain` shows what read a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langsong.text.explain import Explanation
    from langsong.types import Syllable, Word

_HEADER = ("written", "read as", "pinyin", "break", "why")


def explanation_record(row: Explanation) -> dict[str, Any]:
    """A row as JSON."""
    return {
        "text": row.written,
        "start": row.start,
        "end": row.end,
        "read": row.read,
        "rule": row.rule,
        "words": [
            {
                "word": word.text,
                "break": word.break_after,
                "syllables": [
                    {"text": s.text, "pinyin": s.pinyin, "sounds": _sounds(s), "reason": s.reason}
                    for s in word.syllables
                ],
            }
            for word in row.words
        ],
    }


def explanation_table(rows: Sequence[Explanation]) -> Iterator[str]:
    """The lines of a table, a line for each word; characters of East Asian width count as two."""
    cells = [_HEADER, *(line for row in rows for line in _row_cells(row))]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(_HEADER) - 1)]
    for line in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=False))
        yield "  ".join([*padded, line[-1]]).rstrip()


def _row_cells(row: Explanation) -> Iterator[tuple[str, ...]]:
    written = _visible(row.written)
    if not row.words:
        yield written, "" if row.read == row.written else _visible(row.read), "", "", row.rule or "punctuation"
        return
    for index, word in enumerate(row.words):
        changed = word.text if row.rule or len(row.words) > 1 or word.text != row.written else ""
        why = [row.rule] if row.rule and not index else []
        pinyin = " ".join(_sounds(syllable) for syllable in word.syllables)
        yield written if not index else "", changed, pinyin, word.break_after, "; ".join([*why, _why(word)])


def _why(word: Word) -> str:
    """The reasons of a word's syllables; each one with its syllables where they differ."""
    reasons: dict[str, list[Syllable]] = {}
    for syllable in word.syllables:
        reasons.setdefault(syllable.reason, []).append(syllable)
    if len(reasons) == 1:
        return next(iter(reasons))
    return "; ".join(f"{' '.join(s.text for s in syllables)}: {reason}" for reason, syllables in reasons.items())


def _sounds(syllable: Syllable) -> str:
    """Pinyin, or how a Latin word is said: letters, ARPAbet, or pinyin."""
    if not syllable.latin:
        return syllable.pinyin
    if syllable.parts:
        return " ".join(syllable.parts)
    from langsong.text.english import read_latin

    return " ".join(sound for piece in read_latin(syllable.text) for sound in piece.sounds)


def _visible(text: str) -> str:
    return text.replace("\n", "⏎").replace("\t", "⇥") if text.strip(" ") else "␣" * len(text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
