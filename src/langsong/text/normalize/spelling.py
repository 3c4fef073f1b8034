"""Text said character by character."""

from __future__ import annotations

import re

from langsong.text.hanzi import HANZI
from langsong.text.normalize.clean import clean
from langsong.text.normalize.numerals import DIGITS
from langsong.text.normalize.signs import GREEK, MARKS
from langsong.text.normalize.traditional import simplify

_ALIBABA = {"$": "dollar", "&": "and", "@": "at", "\\": "反斜线", "—": "杠"}
"""Marks that Alibaba's tables call otherwise."""
_SAME = re.compile("(…)…+|(—)—+")
_VALUES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


def identifier(text: str) -> str:
    """Letters as capitals, digits and marks by their names, with spaces between them."""
    return _spelled(text, MARKS).upper()


def character_by_character(text: str) -> str:
    """Hanzi and letters as they are, digits and marks by their names, with spaces between them."""
    return _spelled(text, MARKS)


def punctuation(text: str) -> str:
    """The names of marks; letters, digits and hanzi as `character_by_character`."""
    return _spelled(text, MARKS | _ALIBABA)


def _spelled(text: str, marks: dict[str, str]) -> str:
    said: list[str] = []
    for char in _SAME.sub(r"\1\2", simplify(clean(text).text).translate(_VALUES)):
        if char.isdecimal():
            said.append(DIGITS[int(char)])
        elif char in GREEK:
            said.append(GREEK[char])
        elif char in marks:
            said.append(marks[char])
        elif re.match(f"[{HANZI}]", char):
            said.append(f"\1{char}\1")
        elif char.isascii() and char.isalpha():
            said.append(char)
    # Hanzi that are written are text and stand together; the names of other characters stand alone.
    return re.sub("\1 \1", "", " ".join(said)).replace("\1", "")
