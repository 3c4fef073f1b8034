"""Which syllables of a word belong together: 展览+馆, 小+老虎, 领导+小组."""

from __future__ import annotations

import re
from functools import lru_cache

from langsong.text.names import is_name
from langsong.text.parts_of_speech import is_known_word, part_of_speech

_DIGITS = "零〇一二三四五六七八九幺两几"
_UNITS = "十百千万亿点"
_NUMBER = re.compile(rf"(第?)([{_DIGITS}{_UNITS}]{{2,}})([^{_DIGITS}{_UNITS}]?)")
_PREFIXES = frozenset("有小老大总副好很不纸母女党厂买手马李许吕阮蒋史古孔武米伍五两几海")
"""Of a word that can be split both ways, these are split off: 小+老板, not 小老+板."""


@lru_cache(maxsize=4096)
def joints(word: str) -> tuple[int, ...]:
    """For each place between two of the N characters of a word how deep the cut is, 0 for the closest.

    Syllables are joined from the closest outwards: 展览馆 is (0, 1), 小老虎 (1, 0), 领导小组 (0, 1, 0).
    """
    return _joints(word)


def _joints(word: str) -> tuple[int, ...]:
    if len(word) < 2:
        return ()
    if number := _NUMBER.fullmatch(word):
        ordinal, numerals, measure = number.groups()
        return (*(2 for _ in ordinal), *_number_joints(numerals), *(2 for _ in measure))
    cut = _best_cut(word)
    left, right = _joints(word[:cut]), _joints(word[cut:])
    return (*left, max((*left, *right), default=-1) + 1, *right)


def _number_joints(numerals: str) -> tuple[int, ...]:
    """Numerals join their unit (五百, 五点), digits go in pairs, three where their number is odd."""
    places = range(len(numerals) - 1)
    if any(char in _UNITS for char in numerals):
        return tuple(0 if numerals[at] in _DIGITS and numerals[at + 1] in _UNITS else 1 for at in places)
    odd = len(numerals) % 2
    return tuple(0 if (odd and at < 2) or at % 2 == odd else 1 for at in places)


def _best_cut(word: str) -> int:
    """Where a word of two or more characters has its deepest cut."""
    size = len(word)
    if size == 2:
        return 1
    if not is_known_word(word) and is_name(word):
        return 2 if size == 4 else 1
    if size == 3:
        first, last = is_known_word(word[:2]), is_known_word(word[1:])
        if first != last:
            return 2 if first else 1
        if first:
            return 1 if word[0] in _PREFIXES else 2
        return 1 if part_of_speech(word) == "nr" else 2
    return max(range(1, size), key=lambda cut: _plausibility(word, cut))


def _plausibility(word: str, cut: int) -> tuple[float, bool, int]:
    """Two known parts first, then an even first part, then equal ones."""
    return _known(word[:cut]) + _known(word[cut:]), cut % 2 == 0, -abs(2 * cut - len(word))


def _known(part: str) -> float:
    if len(part) == 1:
        return 0.4
    return float(len(part)) if is_known_word(part) else 0.0
