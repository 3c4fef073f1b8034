"""Which phones each letter of a word stands for: one-to-many alignment by expectation maximisation."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

MAX_PHONES = 2
"""Per letter: x is K S, u may be Y UW."""

Tag = tuple[str, ...]


def align(words: Mapping[str, Sequence[str]], rounds: int = 8) -> dict[str, tuple[Tag, ...]]:
    """The phones of every letter of every word that has not more than `MAX_PHONES` per letter.

    Hard expectation maximisation: each round aligns all words with the last round's probabilities of
    P(phones | letter), which begin even among all pieces that a letter could have.
    """
    alignable = {word: tuple(phones) for word, phones in words.items() if len(phones) <= MAX_PHONES * len(word)}
    costs: dict[str, dict[Tag, float]] = {}
    aligned: dict[str, tuple[Tag, ...]] = {}
    for _ in range(rounds):
        aligned = {word: _best(word, phones, costs) for word, phones in alignable.items()}
        counts: dict[str, dict[Tag, float]] = defaultdict(lambda: defaultdict(float))
        for word, tags in aligned.items():
            for letter, tag in zip(word, tags, strict=True):
                counts[letter][tag] += 1
        costs = {
            letter: {tag: -math.log(count / sum(tags.values())) for tag, count in tags.items()}
            for letter, tags in counts.items()
        }
    return aligned


def _cost(letter: str, tag: Tag, costs: Mapping[str, Mapping[Tag, float]]) -> float:
    if not costs:  # the first round: one phone a letter where possible, vowel letters for vowels
        if not tag:
            return 2.0
        agrees = (letter in "aeiouy") == (tag[0][-1].isdigit())
        return 3.0 * (len(tag) - 1) + (1.0 if agrees else 2.5)
    return costs[letter].get(tag, 12.0 + 2 * len(tag))


def _best(word: str, phones: Tag, costs: Mapping[str, Mapping[Tag, float]]) -> tuple[Tag, ...]:
    """The cheapest way to cut `phones` into one piece for each letter of `word`."""
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for letter in word:
        column: dict[int, tuple[float, int]] = {}
        for used, (so_far, _) in best[-1].items():
            for count in range(min(MAX_PHONES, len(phones) - used) + 1):
                total = so_far + _cost(letter, phones[used : used + count], costs)
                if used + count not in column or total < column[used + count][0]:
                    column[used + count] = (total, count)
        best.append(column)
    tags: list[Tag] = []
    position = len(phones)
    for column in reversed(best[1:]):
        count = column[position][1]
        tags.append(phones[position - count : position])
        position -= count
    return tuple(reversed(tags))
