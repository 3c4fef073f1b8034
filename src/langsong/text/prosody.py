"""Breaks between words, from punctuation, and from rhythm where a voice knows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from langsong.text.affinity import part
from langsong.text.grouping import group
from langsong.types import Word

Style = Literal["words", "rhythm"]
"""How a voice was trained: a break between any two words, or breaks where a speaker makes them."""

_LEVELS = {
    **dict.fromkeys("、/()（）[]［］【】〔〕{}", 2),
    **dict.fromkeys("，,：:—–…", 3),
    **dict.fromkeys("。！？；｡.!?;\n", 4),
}
"""Quotes, hyphens, spaces and other marks part words (1) and no more."""


def place_breaks(words: Sequence[Word], style: Style = "words") -> tuple[Word, ...]:
    """`words` with `break_after` set: ``#4`` after the last one, elsewhere by punctuation and rhythm.

    ``#1`` prosodic word, ``#2`` prosodic phrase, ``#3`` intonation phrase, ``#4`` end of a sentence. Where
    punctuation asks for no more than ``#1``, `style` decides: ``"words"`` puts ``#1`` between any two words;
    ``"rhythm"`` puts ``""`` within a prosodic word (一本 + 书), ``#1`` between two of them, and ``#2`` where a
    long stretch divides into phrases (see `grouping`). In both ``#1`` parts Latin from Chinese.
    """
    levels = [punctuation_level(word.punctuation) for word in words]
    if levels:
        levels[-1] = 4
    if style == "rhythm":
        levels = list(_rhythm(words, levels))
    return tuple(
        replace(word, break_after=f"#{level}" if level else "") for word, level in zip(words, levels, strict=True)
    )


def _rhythm(words: Sequence[Word], levels: Sequence[int]) -> Iterator[int]:
    """The levels again, those of 1 by rhythm; a quote or a space keeps a prosodic word from going on."""
    start = 0
    for end, level in enumerate(levels, 1):
        if level > 1:
            inside = group([part(word) for word in words[start:end]])[:-1]
            for word, grouped in zip(words[start:end], inside, strict=False):
                yield max(grouped, 1 if word.punctuation else 0)
            yield level
            start = end


def punctuation_level(punctuation: str) -> int:
    """The break, 1-4, that the punctuation between two words asks for."""
    return max((_LEVELS.get(mark, 1) for mark in punctuation), default=1)
