"""Which sentences to speak: greedy choice for coverage of toned syllables and of the transitions between phones."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from langsong.types import Unit

OVERHEAD = 4.0
"""Syllables that a clip costs beside its own, in the choice between short and long sentences."""


@dataclass(frozen=True)
class Candidate:
    """A sentence and what it would cover.

    Attributes:
        features: see `features_of`; with repetitions.
        syllables: how many it has.
    """

    text: str
    source: str
    features: tuple[str, ...]
    syllables: int


def features_of(units: Sequence[Unit]) -> tuple[str, ...]:
    """Toned syllables (``xx_c+iang_c tone1``) and transitions from phone to phone within and over words.

    A transition names the phones, and the break between them from ``#2`` on.
    """
    features: list[str] = []
    previous, pause = "", ""
    for unit in units:
        if unit.is_break:
            pause = "" if unit.phone == "#1" else unit.phone
            continue
        if previous:
            features.append(f"{previous}>{pause}{unit.phone}")
        if unit.syllable == "s_end":
            features.append(f"{previous}+{unit.phone} {unit.tone}")
        previous, pause = unit.phone, ""
    return tuple(features)


def choose(candidates: Sequence[Candidate], shares: Mapping[str, float]) -> Iterator[Candidate]:
    """All candidates, the most useful first, sources in turn by their shares.

    Each takes the candidate whose features add most to the sum of log(1 + count) over features, per syllable of
    cost. That sum has diminishing returns, so an outdated gain is a bound and only the best need to be computed
    again (Minoux 1978). A source that runs out leaves its turns to the others.

    Args:
        shares: of each source; in the order in which they take turns when even.
    """
    counts: Counter[str] = Counter()
    queues: dict[str, list[tuple[float, int]]] = {source: [] for source in shares}
    for index, candidate in enumerate(candidates):
        queues[candidate.source].append((-_gain(candidate, counts), index))
    for queue in queues.values():
        heapq.heapify(queue)
    taken: Counter[str] = Counter()
    while any(queues.values()):
        source = min((name for name in queues if queues[name]), key=lambda name: (taken[name] + 1) / shares[name])
        queue = queues[source]
        while True:
            _, index = heapq.heappop(queue)
            gain = _gain(candidates[index], counts)
            if not queue or gain >= -queue[0][0]:
                break
            heapq.heappush(queue, (-gain, index))
        taken[source] += 1
        counts.update(candidates[index].features)
        yield candidates[index]


def _gain(candidate: Candidate, counts: Mapping[str, int]) -> float:
    added = sum(
        math.log1p(number / (1.0 + counts.get(feature, 0))) for feature, number in Counter(candidate.features).items()
    )
    return added / (candidate.syllables + OVERHEAD)
