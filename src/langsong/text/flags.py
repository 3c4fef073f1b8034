"""Phones with their places in syllable and word: the units of words and breaks (spec 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from langsong.text.phones import PhoneSyllable
from langsong.types import Unit


def word_units(syllables: Sequence[PhoneSyllable], emotion: str, speaker: str) -> list[Unit]:
    """The units of one word."""
    units: list[Unit] = []
    last = sum(len(syllable.phones) for syllable in syllables) - 1
    for phones, tone in syllables:
        for index, phone in enumerate(phones):
            word = _word_segment(not units, len(units) == last)
            units.append(Unit(phone, tone, _syllable_flag(index, len(phones)), word, emotion, speaker))
    return units


def break_unit(level: str, emotion: str, speaker: str) -> Unit:
    """The unit of a break ``#1`` … ``#4``."""
    return Unit(level, "tone_none", "s_none", "word_none", emotion, speaker)


def _syllable_flag(index: int, count: int) -> str:
    if count == 1:
        return "s_both"
    return "s_begin" if index == 0 else "s_end" if index == count - 1 else "s_middle"


def _word_segment(first: bool, last: bool) -> str:
    if first and last:
        return "word_both"
    return "word_begin" if first else "word_end" if last else "word_middle"
