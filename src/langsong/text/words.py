"""Normalised text as words of hanzi, Latin words, and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from langsong.text.hanzi import HANZI
from langsong.text.names import is_name
from langsong.text.once import once

if TYPE_CHECKING:
    from types import ModuleType

_RUNS = re.compile(rf"(?P<hanzi>[{HANZI}]+)|(?P<latin>[A-Za-z]+(?:['’][A-Za-z]+)*)|(?P<punctuation>[^{HANZI}A-Za-z]+)")
_NUMERALS = "〇零一二三四五六七八九两幺十百千万亿点"
_NUMBER = re.compile(rf"第?[{_NUMERALS}]+")
_COUNTED = re.compile(rf"第?[{_NUMERALS}几]+[^{_NUMERALS}]?")
_HIDDEN = re.compile(r"(今天|明天|昨天|后天|当天|每天|白天|春天|夏天|秋天|冬天)(天气)")
"""Entries of the segmenter's dictionary that are two words."""
_REPEATED = re.compile(r"(.)[一了]\1")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or the punctuation and white space between two words."""

    text: str
    kind: Literal["hanzi", "latin", "punctuation"]


@once
def _segmenter() -> ModuleType:
    import rjieba

    module: ModuleType = rjieba
    return module


def cut(text: str) -> list[str]:
    """The words of a text; joined they are the text. Its characters must be encodable."""
    words: list[str] = []
    for word in _segmenter().cut(text):
        words += _parts(word)
    return _join_numbers(words)


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


def _parts(word: str) -> list[str]:
    """The words in what the segmenter took for one."""
    if len(word) < 2:
        return [word]
    if hidden := _HIDDEN.fullmatch(word):
        return [*hidden.groups()]
    segmenter = _segmenter()
    if segmenter.has_word(word) or _COUNTED.fullmatch(word) or _REPEATED.fullmatch(word):
        return [word]
    if is_name(word):
        return [word]
    # A guess of the hidden Markov model, which sticks function words to verbs (奖得, 地去).
    known: list[str] = segmenter.cut(word, False)
    return known


def _join_numbers(words: list[str]) -> list[str]:
    """Numerals that follow one another as one number, with what it counts: 一百零 一个 → 一百零一个."""
    joined: list[str] = []
    for word in words:
        if joined and _COUNTED.fullmatch(word) and _NUMBER.fullmatch(joined[-1]) and not word.startswith(("第", "几")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined
