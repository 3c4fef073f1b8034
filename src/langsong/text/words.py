"""Normalised text as words of hanzi, Latin words, and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from langsong.text.hanzi import HANZI
from langsong.text.once import once

if TYPE_CHECKING:
    from collections.abc import Callable

_RUNS = re.compile(rf"(?P<hanzi>[{HANZI}]+)|(?P<latin>[A-Za-z]+(?:['’][A-Za-z]+)*)|(?P<punctuation>[^{HANZI}A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or the punctuation and white space between two words."""

    text: str
    kind: Literal["hanzi", "latin", "punctuation"]


@once
def _segmenter() -> Callable[[str], list[str]]:
    import rjieba

    cut: Callable[[str], list[str]] = rjieba.cut
    return cut


def cut(text: str) -> list[str]:
    """The words of a text; joined they are the text. Its characters must be encodable."""
    return _segmenter()(text)


def tokenize(text: str) -> Iterator[Token]:
    """The tokens of a normalised text, in order; joined they are the text."""
    for match in _RUNS.finditer(text):
        if match.lastgroup == "hanzi":
            for word in cut(match[0]):
                yield Token(word, "hanzi")
        elif match.lastgroup == "latin":
            yield Token(match[0], "latin")
        else:
            yield Token(match[0], "punctuation")
