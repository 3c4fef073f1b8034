"""Tones in connected speech: from the tones of words by themselves to those that are spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langsong.text import neutral, sandhi_bu, sandhi_third, sandhi_yi
from langsong.text.given import is_given
from langsong.text.stretch import Stretch
from langsong.types import Word


def apply(words: Sequence[Word]) -> tuple[Word, ...]:
    """`words` with the tones that they have when spoken together, and why in each `reason`.

    Neutral tones first, then 不, 一 and third tones, each over stretches that no punctuation interrupts.
    Readings that were given by hand stay as they are, and count for their neighbours.

    Args:
        words: with the tones of the dictionary (不 ``bu4``, 一 ``yi1``), one syllable per character.
    """
    return tuple(word for stretch in _stretches(words) for word in _spoken(stretch))


def _spoken(words: Sequence[Word]) -> Iterator[Word]:
    stretch = Stretch(words, is_given)
    neutral.apply(stretch)
    sandhi_bu.apply(stretch)
    sandhi_yi.apply(stretch)
    sandhi_third.apply(stretch)
    return stretch.result()


def _stretches(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    start = 0
    for end, word in enumerate(words, 1):
        if end == len(words) or word.punctuation.strip() or "\n" in word.punctuation:
            yield words[start:end]
            start = end
