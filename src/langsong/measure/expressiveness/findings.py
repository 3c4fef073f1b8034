"""What the takes of a study show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .study import Take
from .targets import MEASURES, TARGETS, Measure

CLIPPED = 0.999


@dataclass(frozen=True)
class Movement:
    """How an emotion moves one measure, over all speakers and sentences, at intensity 1 against neutral.

    Attributes:
        mean: in the measure's unit; of the rate in per cent.
        right: share of pairs that move as the target says; None where there is no target.
        monotone: share of speakers whose mean rises (or falls) from intensity 0 to 0.5 to 1 to 1.5.
    """

    mean: float
    right: float | None
    monotone: float | None


@dataclass(frozen=True)
class Likeness:
    """Cosines of speaker embeddings.

    Attributes:
        own: the lowest between the mean of a speaker's neutral takes and that of one emotion, with who and which.
        own_mean: the mean of all such.
        others: the highest between the neutral takes of two speakers.
    """

    own: float
    own_of: str
    own_mean: float
    others: float


def movements(takes: Sequence[Take]) -> dict[str, dict[Measure, Movement]]:
    """By emotion and measure."""
    emotions = dict.fromkeys(take.emotion for take in takes if take.emotion != "neutral")
    return {emotion: {measure: _movement(takes, emotion, measure) for measure in MEASURES} for emotion in emotions}


def _movement(takes: Sequence[Take], emotion: str, measure: Measure) -> Movement:
    neutral = {(t.speaker, t.sentence): t.value(measure) for t in takes if t.emotion == "neutral"}
    moved: dict[float, dict[str, list[float]]] = {}
    for take in takes:
        if take.emotion == emotion:
            change = take.value(measure) - neutral[take.speaker, take.sentence]
            if measure == "rate":
                change = 100 * change / neutral[take.speaker, take.sentence]
            moved.setdefault(take.intensity, {}).setdefault(take.speaker, []).append(change)
    full = np.array([change for changes in moved[1.0].values() for change in changes])
    sign = TARGETS[emotion].get(measure)
    if sign is None:
        return Movement(float(full.mean()), None, None)
    rising = []
    for speaker in moved[1.0]:
        means = [0.0, *(sign * float(np.mean(moved[intensity][speaker])) for intensity in sorted(moved))]
        rising.append(all(b > a for a, b in pairwise(means)))
    return Movement(float(full.mean()), float((sign * full > 0).mean()), float(np.mean(rising)))


def likeness(takes: Sequence[Take]) -> Likeness | None:
    """Of voices; None without embeddings, or with one speaker only."""
    groups: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for take in takes:
        if take.voice and take.intensity in (0.0, 1.0):
            groups.setdefault((take.speaker, take.emotion), []).append(take.voice)
    means = {key: _unit(np.mean(vectors, axis=0)) for key, vectors in groups.items()}
    own = {
        f"{speaker}, {emotion}": float(vector @ means[speaker, "neutral"])
        for (speaker, emotion), vector in means.items()
        if emotion != "neutral"
    }
    neutral = [vector for (_, emotion), vector in means.items() if emotion == "neutral"]
    if not own or len(neutral) < 2:
        return None
    others = [float(a @ b) for i, a in enumerate(neutral) for b in neutral[:i]]
    worst = min(own, key=lambda key: own[key])
    return Likeness(own[worst], worst, float(np.mean(list(own.values()))), max(others))


def pinyin_errors(takes: Sequence[Take]) -> dict[str, float] | None:
    """Tonal pinyin errors per syllable by emotion; None if nothing was transcribed."""
    counts: dict[str, list[int]] = {}
    for take in takes:
        if take.syllables:
            count = counts.setdefault(take.emotion, [0, 0])
            count[0] += take.errors
            count[1] += take.syllables
    return {emotion: errors / syllables for emotion, (errors, syllables) in counts.items()} or None


def faults(takes: Sequence[Take]) -> tuple[int, int]:
    """How many takes are clipped, and how many have samples that are no numbers."""
    return sum(take.peak >= CLIPPED for take in takes), sum(not take.finite for take in takes)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
