"""Forced alignment by a hidden Markov model for each phone, as recognisers are bootstrapped (Young, "The HTK Book").

A phone has three states, each a Gaussian with a diagonal covariance; a break has one. They are learnt from a voice's
own speech, whose durations are known, and then adapted to the recordings by Viterbi training with that as the prior
(maximum a posteriori; Gauvain and Lee 1994). Twenty utterances suffice, where an alignment learnt by a network on
nothing but the recordings collapses. torch is here for the path search alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from langsong.acoustic.alignment import monotonic_durations
from langsong.errors import CorpusError
from langsong.text.units import parse_units
from langsong.types import Int64, Unit

from .corpus_format import Corpus, Features, Utterance

Float64 = npt.NDArray[np.float64]
State = tuple[str, int]

_STATES = 3
_CEPSTRA = 14
_DELTA_WEIGHT, _VOICING_WEIGHT = 0.7, 1.5
_PRIOR_FRAMES = 500.0
"""What the prior weighs against so many frames of the recordings."""
_SHARED = 0.1
"""Share of the variance over everything that a state's variance has at least."""
_LEAST_VARIANCE = 1e-2
"""Of features that are standardised: something may be the same in all of the speech."""
_ROUNDS = 2
_LONGEST_LAG_S = 0.12

_OBSTRUENTS = frozenset(
    ["sh_c", "s_c", "xx_c", "q_c", "ch_c", "c_c", "f_c", "h_c", "t_c", "k_c", "p_c", "z_c", "zh_c", "j_c"]
)
"""Onsets that are not voiced for the most part."""


@dataclass
class _Sums:
    """Over the frames of a state: how many, their sum and that of their squares."""

    count: float
    first: Float64
    second: Float64


@dataclass(frozen=True)
class Item:
    """An utterance as the models see it.

    Attributes:
        units: T of them.
        frames: (L, D) features.
        voiced: (L,) bool.
        durations: (T,) frames; None where they are to be found.
    """

    units: tuple[Unit, ...]
    frames: Float64
    voiced: npt.NDArray[np.bool_]
    durations: Int64 | None


def items_of(corpus: Corpus, utterances: Sequence[Utterance]) -> list[Item]:
    """Read what the models need of utterances."""
    items = []
    for utterance in utterances:
        features = corpus.features(utterance)
        known = None if utterance.durations is None else np.asarray(utterance.durations, np.int64)
        items.append(Item(parse_units(utterance.units), _observe(features), features.pitch > 0, known))
    return items


def label_lag(spoken: Sequence[Item], frame_rate: float) -> int:
    """By how many frames sound is ahead of its labels in a voice's own speech.

    Voices that learnt from a teacher inherit its habits: there is the lag at which finals are voiced and obstruents
    are not.
    """
    longest = int(_LONGEST_LAG_S * frame_rate)
    agreement = np.zeros(2 * longest + 1)
    for item in spoken:
        assert item.durations is not None
        expected = np.repeat([_voicing(unit) for unit in item.units], item.durations)
        for index, lag in enumerate(range(-longest, longest + 1)):
            moved = np.roll(expected, -lag)
            agreement[index] += (moved == item.voiced)[moved >= 0].sum()
    return int(agreement.argmax()) - longest if agreement.max() > agreement.min() else 0


class PhoneModels:
    """The models, learnt from speech with durations.

    Args:
        spoken: has durations.
        lag: see `label_lag`; found durations are on the same terms as those of `spoken`.
    """

    def __init__(self, spoken: Sequence[Item], lag: int) -> None:
        self._lag = lag
        self._prior: dict[State, _Sums] = {}
        for item in spoken:
            assert item.durations is not None
            states, owners = _states(item)
            counts = _spread(item.durations, owners)
            labels = np.repeat(np.arange(len(states)), counts)
            labels = labels[np.clip(np.arange(len(labels)) + lag, 0, len(labels) - 1)]
            _add(self._prior, item, states, labels)
        count = sum(sums.count for sums in self._prior.values())
        self._mean: Float64 = np.sum([sums.first for sums in self._prior.values()], axis=0) / count
        squares: Float64 = np.sum([sums.second for sums in self._prior.values()], axis=0) / count
        self._variance = squares - self._mean**2

    def find(self, items: Sequence[Item]) -> list[tuple[Int64, float]]:
        """Durations (T,) of each item, and the mean log-likelihood of its frames.

        Raises:
            CorpusError: an item has more units than frames.
        """
        adapted: dict[State, _Sums] = {}
        found: list[tuple[Int64, float]] = []
        for _ in range(_ROUNDS + 1):
            gaussians = self._gaussians(adapted)
            adapted, found = {}, []
            for item in items:
                states, owners = _states(item)
                scores = np.stack([_log_likelihood(item.frames, *gaussians(state)) for state in states], axis=1)
                path = _best_path(scores)
                _add(adapted, item, states, np.repeat(np.arange(len(states)), path))
                durations = np.bincount(owners, path, len(item.units)).astype(np.int64)
                along = scores[np.arange(len(scores)), np.repeat(np.arange(len(states)), path)]
                found.append((_moved(durations, self._lag), float(along.mean())))
        return found

    def _gaussians(self, adapted: dict[State, _Sums]) -> Gaussians:
        return Gaussians(self._prior, adapted, self._mean, self._variance)


@dataclass(frozen=True)
class Gaussians:
    """Mean and variance of each state, from the prior and what adapts it; unseen ones have those of everything."""

    prior: dict[State, _Sums]
    adapted: dict[State, _Sums]
    mean: Float64
    variance: Float64

    def __call__(self, state: State) -> tuple[Float64, Float64]:
        nothing = _Sums(0.0, 0 * self.mean, 0 * self.mean)
        prior, adapted = self.prior.get(state, nothing), self.adapted.get(state, nothing)
        weight = min(_PRIOR_FRAMES, prior.count * _PRIOR_FRAMES) if prior.count else 1.0
        centre = prior.first / prior.count if prior.count else self.mean
        spread = prior.second / prior.count - centre**2 if prior.count else self.variance
        mean = (weight * centre + adapted.first) / (weight + adapted.count)
        square = (weight * (spread + centre**2) + adapted.second) / (weight + adapted.count)
        return mean, np.maximum(square - mean**2, 0.0) + _SHARED * self.variance + _LEAST_VARIANCE


def _observe(features: Features) -> Float64:
    """(L, D): cepstra of the mel and their slopes, standardised over the utterance, and voicing."""
    bins = features.mel.shape[1]
    orders = np.arange(_CEPSTRA)
    basis = np.cos(np.pi / bins * (np.arange(bins)[:, None] + 0.5) * orders[None])
    cepstra = features.mel.astype(np.float64) @ basis
    slopes = np.gradient(cepstra, axis=0) if len(cepstra) > 1 else 0 * cepstra
    voicing = np.convolve(features.pitch > 0, np.ones(3) / 3, "same")
    columns = [_standard(cepstra), _DELTA_WEIGHT * _standard(slopes), _VOICING_WEIGHT * voicing[: len(cepstra), None]]
    return np.concatenate(columns, axis=1)


def _standard(values: Float64) -> Float64:
    scaled: Float64 = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-3)
    return scaled


def _voicing(unit: Unit) -> int:
    """1 for a phone that is voiced, 0 for one that is not, -1 for a break."""
    return -1 if unit.is_break else int(unit.phone not in _OBSTRUENTS)


def _states(item: Item) -> tuple[list[State], Int64]:
    """The states of an item's units, and the unit that each belongs to; fewer a phone where frames are few.

    Raises:
        CorpusError: there are more units than frames.
    """
    units, frames = item.units, len(item.frames)
    if len(units) > frames:
        raise CorpusError(f"an utterance has {len(units)} units in {frames} frames: check its text")
    each = next(n for n in range(_STATES, 0, -1) if n == 1 or sum(1 if u.is_break else n for u in units) <= frames)
    states = [(unit.phone, s) for unit in units for s in range(1 if unit.is_break else each)]
    owners = np.repeat(np.arange(len(units)), [1 if unit.is_break else each for unit in units])
    return states, owners


def _spread(durations: Int64, owners: Int64) -> Int64:
    """Durations of units over the states of each, as equally as can be."""
    first = np.searchsorted(owners, owners)
    place, many = np.arange(len(owners)) - first, np.bincount(owners)[owners]
    frames = durations[owners]
    spread: Int64 = (place + 1) * frames // many - place * frames // many
    return spread


def _add(sums: dict[State, _Sums], item: Item, states: list[State], labels: Int64) -> None:
    """Add an item's frames to the sums of the states that `labels` (L,) gives them to."""
    for index in np.unique(labels):
        frames = item.frames[labels == index]
        found = sums.setdefault(states[index], _Sums(0.0, np.zeros(frames.shape[1]), np.zeros(frames.shape[1])))
        found.count += len(frames)
        found.first = found.first + frames.sum(axis=0)
        found.second = found.second + (frames**2).sum(axis=0)


def _log_likelihood(frames: Float64, mean: Float64, variance: Float64) -> Float64:
    """(L,)"""
    likelihood: Float64 = -0.5 * (((frames - mean) ** 2 / variance).sum(axis=1) + np.log(variance).sum())
    return likelihood


def _best_path(scores: Float64) -> Int64:
    """(S,) frames in each state of the best path through (L, S) scores."""
    path: Int64 = monotonic_durations(
        scores[None].astype(np.float32), np.array([scores.shape[1]]), np.array([scores.shape[0]])
    )[0]
    return path


def _moved(durations: Int64, lag: int) -> Int64:
    """Durations whose borders lie `lag` frames later, within the utterance."""
    ends = np.cumsum(durations)
    moved = np.clip(ends[:-1] + lag, 0, ends[-1])
    return np.diff(np.concatenate([[0], moved, ends[-1:]]))
