"""Written text to text as it is read: hanzi, Latin words and punctuation."""

from __future__ import annotations

import re

from langsong.text.hanzi import HANZI
from langsong.text.normalize.clean import clean
from langsong.text.normalize.reader import read
from langsong.text.normalize.say_as import say_as
from langsong.types import Span

__all__ = ["is_spoken", "normalize", "normalize_spans", "say_as"]

_SURELY_SPOKEN = re.compile(f"[{HANZI}0-9]")
_SAID = re.compile(f"[{HANZI}A-Za-z]")


def normalize_spans(text: str) -> tuple[Span, ...]:
    """How `text` is read: stretches that tile it, each with its reading and the rule that made it.

    The readings joined are `text` with digits, symbols and units spelled out: simplified hanzi, ASCII
    letters, punctuation. Every hanzi and digit is in a span that is unchanged or says its rule. Symbols
    without reading are silent. Meant for a sentence at a time (`langsong.text.segment`).

    Raises:
        TextError: a character that cannot be read, with its position in `text` (see `clean`).
    """
    return read(text)


def normalize(text: str) -> str:
    """`text` as it is read (see `normalize_spans`).

    Raises:
        TextError: as `normalize_spans`.
    """
    return "".join(span.read for span in read(text))


def is_spoken(text: str) -> bool:
    """Whether `text` has anything to say: more than punctuation, spaces, emoji.

    Raises:
        TextError: as `normalize_spans`.
    """
    return _SURELY_SPOKEN.search(clean(text).text) is not None or _SAID.search(normalize(text)) is not None
