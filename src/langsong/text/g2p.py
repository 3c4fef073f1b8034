"""Hanzi to pinyin."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from langsong.errors import TextError
from langsong.text.once import once


@once
def _dictionary() -> Container[int]:
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT


@once
def _converter() -> Callable[[str], list[str]]:
    from pypinyin import Style, lazy_pinyin

    def convert(run: str) -> list[str]:
        return lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)

    return convert


def has_reading(hanzi: str) -> bool:
    """Whether the dictionary knows a character."""
    return ord(hanzi) in _dictionary()


def word_pinyin(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The readings of words that follow one another without a pause, one per character.

    Readings are chosen, and tones changed (sandhi), over the whole run. Syllables have a tone digit 1-5,
    ü as v where it has dots (``lv4``, ``yu3``).

    Raises:
        TextError: a character without reading; `position` counts characters of the run from 0.
    """
    run = "".join(words)
    for position, char in enumerate(run):
        if not has_reading(char):
            raise TextError(f"no reading known for {char!r} (U+{ord(char):04X}): replace it", position)
    readings = iter(_converter()(run))
    return [tuple(next(readings) for _ in word) for word in words]
