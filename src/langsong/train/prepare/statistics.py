"""What normalises a corpus's features."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from langsong.audio.mel import Recipe
from langsong.audio.pitch import fill_unvoiced
from langsong.bundle.manifest import Normalization
from langsong.train.corpus_format import Features, MelStatistics

Float64 = npt.NDArray[np.float64]

_LEAST_STD = 1e-3


class _Moments:
    """Mean and standard deviation of the columns of many arrays, one after the other."""

    def __init__(self) -> None:
        self._count = 0
        self._sum: Float64 | float = 0.0
        self._squares: Float64 | float = 0.0

    def add(self, rows: npt.NDArray[np.floating]) -> None:
        values = rows.astype(np.float64)
        self._count += len(values)
        self._sum = self._sum + values.sum(axis=0)
        self._squares = self._squares + (values**2).sum(axis=0)

    @property
    def mean(self) -> Float64:
        return np.asarray(self._sum) / max(self._count, 1)

    @property
    def std(self) -> Float64:
        variance = np.asarray(self._squares) / max(self._count, 1) - self.mean**2
        return np.sqrt(np.maximum(variance, _LEAST_STD**2))


def statistics_of(features: Iterable[Features], recipe: Recipe) -> tuple[MelStatistics, Normalization, Normalization]:
    """Normalisations of mel, pitch and energy over all frames.

    hifigan: one pair of numbers for all bins; logarithms of F0 (unvoiced frames filled in) and of energy. kantts: a
    pair for each bin; F0 in Hz with zeros where unvoiced, and energy, both linear (specification 3.4-3.6).
    """
    mel, pitch, energy = _Moments(), _Moments(), _Moments()
    whole = recipe == "hifigan"
    for item in features:
        mel.add(item.mel.reshape(-1, 1) if whole else item.mel)
        if whole:
            filled = fill_unvoiced(item.pitch)
            pitch.add(np.log(filled[filled > 0]).reshape(-1, 1))
            energy.add(np.log(item.energy).reshape(-1, 1))
        else:
            pitch.add(item.pitch.reshape(-1, 1))
            energy.add(item.energy.reshape(-1, 1))
    return (
        MelStatistics(mean=tuple(mel.mean.tolist()), std=tuple(mel.std.tolist())),
        _normalization(pitch, whole),
        _normalization(energy, whole),
    )


def _normalization(moments: _Moments, logarithmic: bool) -> Normalization:
    return Normalization(
        scale="log" if logarithmic else "linear",
        mean=float(np.ravel(moments.mean)[0]),
        std=float(np.ravel(moments.std)[0]),
    )
