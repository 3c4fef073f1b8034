"""Written text to text as it is read: hanzi, Latin words and punctuation."""

from __future__ import annotations

import re

from langsong.text.normalize.clean import clean
from langsong.text.normalize.numbers import read_numbers
from langsong.text.normalize.rules import RULES
from langsong.text.normalize.symbols import SPOKEN, read_symbols
from langsong.text.normalize.traditional import simplify

_SPOKEN = re.compile(f"[{SPOKEN}]")


def normalize(text: str) -> str:
    """`text` with digits, symbols and units spelled out; simplified hanzi, ASCII letters, punctuation.

    Meant for a sentence at a time (`langsong.text.segment`); symbols without reading are left out.

    Raises:
        TextError: a character that cannot be read, with its position (see `clean`).
    """
    text = simplify(clean(text))
    for rule in RULES:
        text = rule.PATTERN.sub(rule.read, text)
    return read_symbols(read_numbers(text))


def is_spoken(text: str) -> bool:
    """Whether `text` has anything to say: more than punctuation, spaces, emoji.

    Raises:
        TextError: as `normalize`.
    """
    return _SPOKEN.search(clean(text)) is not None
