"""Third tones that follow one another: all but the last become second, as far as the words hold together.

The order is that of the words' structure (Shih 1986, Chen 2000): first the closest syllables of a word (展览+馆 is
2-2-3, 小+老虎 is 3-2-3), then the words of a prosodic word from the closest joint outwards (很好 before 我 in 我很好),
then from left to right across prosodic words of one phrase. Each step looks at the tones as they stand by then.
Across the border of two phrases, which a listener hears as a pause, third tones stay. How words group is decided
in `grouping`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from langsong.text.affinity import Part, cohesion, part
from langsong.text.grouping import BETWEEN, PHRASE, group
from langsong.text.neutral_doubled import is_doubling_verb
from langsong.text.stretch import Stretch
from langsong.text.word_structure import joints

_LIGHT = frozenset(("小姐", "晌午"))
_LIVELY = frozenset("好慢早远快大满饱紧暖稳长短细轻悄偷乖热深高厚浅")
"""Doubled with 儿 these have a first tone: 好好儿 hao3 haor1."""


def apply(stretch: Stretch) -> None:
    _apply_lively(stretch)
    positions = [position for position in range(len(stretch)) if not stretch.suffixes[position]]
    pairs = list(pairwise(positions))
    if not any(stretch.tone(left) == "3" and _counts(stretch, left, right) for left, right in pairs):
        return
    for left, right in _in_order(stretch, positions):
        if stretch.tone(left) == "3" and _counts(stretch, left, right):
            stretch.change(left, "2", "tone 3 before tone 3")


def _apply_lively(stretch: Stretch) -> None:
    for position in range(1, len(stretch) - 1):
        char = stretch.text[position]
        if char == stretch.text[position - 1] and char in _LIVELY and stretch.suffixes[position + 1]:
            stretch.change(position, "1", "AA儿")


def _counts(stretch: Stretch, left: int, right: int) -> bool:
    """Whether the syllable at `right` makes a third tone before it second.

    Neutral ones do so after a doubled verb (想想), in 里 (哪里) and in a few words (小姐), not in kin terms and
    suffixes (姐姐, 椅子).
    """
    if stretch.tone(right) == "3":
        return True
    if stretch.tone(right) != "5" or stretch.lexical_tone(right) != "3":
        return False
    char = stretch.text[right]
    if char == "里" or stretch.text[left] + char in _LIGHT:
        return True
    return char == stretch.text[left] and (is_doubling_verb(char) or char == "等")


def _in_order(stretch: Stretch, positions: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring syllables, those that hold together most closely first."""
    parts = [part(word) for word in stretch.words]
    levels = group(parts)
    depth = _depths(stretch, positions)
    ordered: list[tuple[int, float, int, int]] = []
    for left, right in pairwise(positions):
        owner, following = stretch.owners[left], stretch.owners[right]
        if owner == following:
            late = _is_hao_of_next(parts, owner, stretch.text[right])
            ordered.append((1 if late else 0, depth[left], left, right))
        elif _is_hao_of_next(parts, owner, stretch.text[left]):
            ordered.append((0, 0, left, right))
        elif levels[owner] == BETWEEN:
            ordered.append((2, 0, left, right))
        elif levels[owner] != PHRASE:
            ordered.append((1, cohesion(parts[owner], parts[following]), left, right))
    return ((left, right) for _, _, left, right in sorted(ordered))


def _is_hao_of_next(parts: list[Part], index: int, char: str) -> bool:
    """The 好 of 买好 before a noun of one syllable goes with that: 买+好酒, 说+好话."""
    if char != "好" or index + 1 == len(parts) or len(parts[index].text) != 2 or parts[index].text[1] != "好":
        return False
    return parts[index].tag.startswith("v") and parts[index + 1].size == 1 and parts[index + 1].tag == "n"


def _depths(stretch: Stretch, positions: list[int]) -> dict[int, int]:
    """How deep the cut after each syllable but a word's last is within its word."""
    depths: dict[int, int] = {}
    for _, group_positions in groupby(positions, key=lambda position: stretch.owners[position]):
        inside = list(group_positions)
        depths.update(zip(inside, joints("".join(stretch.text[p] for p in inside)), strict=False))
    return depths
