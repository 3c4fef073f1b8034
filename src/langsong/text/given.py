"""Readings that somebody gave by hand, which no rule may change."""

from __future__ import annotations

from langsong.types import Syllable

_SOURCES = ("user lexicon", "inline pinyin", "phoneme")
"""How the `reason` of such a syllable begins."""


def is_given(syllable: Syllable) -> bool:
    return syllable.reason.startswith(_SOURCES)
