"""Words in groups, as they are spoken without punctuation: prosodic words, and phrases of them.

A prosodic word has one to five syllables and clitics, most often two or three: function words lean on their neighbours,
numerals on measures, verbs of one syllable on complements and short objects. A phrase has up to ten syllables and
ends, where a stretch is longer, before prepositions and conjunctions, after times, places and verbs of saying, and
not between a modifier and its head. Both are the cheapest partition under costs of lengths and of joints (dynamic
programming, linear in the number of words). The idea of feet by syntax first and then from left to right is that of
Shih (1986) and Chen (2000, Tone Sandhi, ch. 9); the costs are ours, set by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from langsong.text.affinity import CLITIC, Part, cohesion, phrase_joint

WITHIN, BETWEEN, PHRASE = 0, 1, 2
_MAX_WORD, _MAX_PHRASE = 5, 10
_WORD_COST = {1: 1.2, 2: 0.0, 3: 0.3, 4: 1.6, 5: 3.0}
_PHRASE_COST = {1: 4.0, 2: 2.0, 3: 1.0, 8: 0.6, 9: 1.5, 10: 3.0}
_BREAK_COST = 2.5
_MAX_CLITICS = 3


def group(parts: Sequence[Part]) -> tuple[int, ...]:
    """What is after each word of a stretch: `WITHIN` or `BETWEEN` prosodic words, or a `PHRASE` ends."""
    levels = [WITHIN] * len(parts)
    inside = [cohesion(a, b) for a, b in pairwise(parts)]
    hosts = _with_clitics(inside, len(parts))
    stems = _sizes(parts, hosts, clitics=False)
    words = _partition(stems, _MAX_WORD, _word_cost, lambda at: inside[hosts[at]], lambda at: 0.0)
    ends = [hosts[at] for at in words]
    for end in ends:
        levels[end] = BETWEEN

    def phrase_cut(at: int) -> float:
        return _BREAK_COST + phrase_joint(parts[ends[at]], parts[ends[at] + 1])

    for at in _partition(_sizes(parts, ends), _MAX_PHRASE, _phrase_cost, lambda at: 0.0, phrase_cut):
        levels[ends[at]] = PHRASE
    return tuple(levels)


def _with_clitics(inside: Sequence[float], count: int) -> list[int]:
    """The last indices of words with the clitics after them, at most `_MAX_CLITICS`: they never stand alone."""
    ends: list[int] = []
    clitics = 0
    for index in range(count):
        leans = index + 1 < count and inside[index] <= CLITIC and clitics < _MAX_CLITICS
        clitics = clitics + 1 if leans else 0
        if not leans:
            ends.append(index)
    return ends


def _sizes(parts: Sequence[Part], ends: Sequence[int], *, clitics: bool = True) -> list[int]:
    """The syllables of each group of words, given where groups end; without `clitics` of its first word."""
    starts = [0, *(end + 1 for end in ends)]
    return [
        sum(part.size for part in parts[start : end + 1 if clitics else start + 1])
        for start, end in zip(starts, ends, strict=False)
    ]


def _word_cost(size: int) -> float:
    return _WORD_COST.get(size, 6.0)


def _phrase_cost(size: int) -> float:
    return _PHRASE_COST.get(size, 0.0)


def _partition(
    sizes: Sequence[int],
    longest: int,
    size_cost: Callable[[int], float],
    join_cost: Callable[[int], float],
    cut_cost: Callable[[int], float],
) -> list[int]:
    """The last indices of the groups of the cheapest partition into groups of at most `longest`, or of one.

    `join_cost` and `cut_cost` take the index of the item before the joint.
    """
    best = [0.0] + [math.inf] * len(sizes)
    came_from = [0] * (len(sizes) + 1)
    for end in range(1, len(sizes) + 1):
        size, joined = 0, 0.0
        for start in range(end - 1, -1, -1):
            size += sizes[start]
            if size > longest and start < end - 1:
                break
            if start < end - 1:
                joined += join_cost(start)
            cost = best[start] + size_cost(size) + joined + (cut_cost(start - 1) if start else 0.0)
            if cost < best[end]:
                best[end], came_from[end] = cost, start
    ends: list[int] = []
    at = len(sizes)
    while at:
        ends.append(at - 1)
        at = came_from[at]
    return ends[::-1]
