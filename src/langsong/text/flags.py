"""Phones with their places in syllable and word: the units of words and breaks (spec 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

from langsong.text.phones import PhoneSyllable
from langsong.types import Unit


def word_units(syllables: Sequence[PhoneSyllable], emotion: str, speaker: str) -> list[Unit]:
    """The units of one word."""
    return [
        Unit(
            phone,
            syllable.tone,
            _syllable_flag(index, len(syllable.phones)),
            _word_segment(number == 0 and index == 0, (number, index) == _last(syllables)),
            emotion,
            speaker,
        )
        for number, syllable in enumerate(syllables)
        for index, phone in enumerate(syllable.phones)
    ]


def break_unit(level: str, emotion: str, speaker: str) -> Unit:
    """The unit of a break ``#1`` … ``#4``."""
    return Unit(level, "tone_none", "s_none", "word_none", emotion, speaker)


def _last(syllables: Sequence[PhoneSyllable]) -> tuple[int, int]:
    return len(syllables) - 1, len(syllables[-1].phones) - 1


def _syllable_flag(index: int, count: int) -> str:
    if count == 1:
        return "s_both"
    return {0: "s_begin", count - 1: "s_end"}.get(index, "s_middle")


def _word_segment(first: bool, last: bool) -> str:
    if first and last:
        return "word_both"
    return "word_begin" if first else "word_end" if last else "word_middle"
