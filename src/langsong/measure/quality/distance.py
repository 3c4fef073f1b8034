"""How far speech is from a recording of the same words: spectrum, pitch and timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from langsong.audio.loudness import set_level
from langsong.audio.mel import frame_times, mel_features
from langsong.audio.pitch import track_pitch
from langsong.audio.resample import resample
from langsong.audio.silence import speech_in_noise
from langsong.audio.spec import AudioSpec
from langsong.types import Float32

Float64 = npt.NDArray[np.float64]

_SPEC = AudioSpec(sample_rate=16000, hop_length=128, n_fft=1024, win_length=640, n_mels=80, fmin=0.0, fmax=8000.0)
_COEFFICIENTS = 13
_LEVEL_DBFS = -25.0
_MCD_SCALE = 10.0 / np.log(10.0) * np.sqrt(2.0)


@dataclass(frozen=True)
class Distance:
    """Between a sound and its reference, both trimmed.

    Attributes:
        mcd_db: mel-cepstral distance (Kubichek 1993): 13 coefficients of 80 mel bands without the zeroth, along the
            path of dynamic time warping.
        f0_rmse_semitones: along that path where both are voiced; None if nowhere.
        voicing_error: share of the path where one is voiced and the other is not.
        duration_ratio: length of the sound over that of the reference.
    """

    mcd_db: float
    f0_rmse_semitones: float | None
    voicing_error: float
    duration_ratio: float


def distance(samples: Float32, sample_rate: int, reference: Float32, reference_rate: int) -> Distance | None:
    """Compare two sounds of (N,) and (M,) samples; None if one is silent."""
    sound, other = _trimmed(samples, sample_rate), _trimmed(reference, reference_rate)
    if len(sound) < _SPEC.hop_length or len(other) < _SPEC.hop_length:
        return None
    cepstra, other_cepstra = _cepstra(sound), _cepstra(other)
    rows, columns, costs = warp(cepstra, other_cepstra)
    f0, other_f0 = _pitch(sound, len(cepstra))[rows], _pitch(other, len(other_cepstra))[columns]
    both = (f0 > 0) & (other_f0 > 0)
    error = 12 * np.log2(f0[both] / other_f0[both])
    return Distance(
        mcd_db=float(_MCD_SCALE * costs.mean()),
        f0_rmse_semitones=float(np.sqrt(np.mean(error**2))) if both.any() else None,
        voicing_error=float(((f0 > 0) != (other_f0 > 0)).mean()),
        duration_ratio=len(sound) / len(other),
    )


def warp(a: Float64, b: Float64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Float64]:
    """Dynamic time warping (Sakoe and Chiba 1978) of (N, C) onto (M, C) by Euclidean distance.

    Returns:
        The cheapest path from (0, 0) to (N-1, M-1) by steps down, right and both: rows (P,), columns (P,), and the
        distance at each of its points (P,).
    """
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    costs = np.sqrt(np.maximum(squares, 0.0))
    height, width = costs.shape
    total = np.full((height + 1, width + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(height + width - 1):  # cells of a diagonal do not depend on one another
        i = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        j = diagonal - i
        best = np.minimum(np.minimum(total[i, j + 1], total[i + 1, j]), total[i, j])
        total[i + 1, j + 1] = costs[i, j] + best
    row, column = height - 1, width - 1
    path = [(row, column)]
    while row or column:
        came = int(np.argmin([total[row, column], total[row, column + 1], total[row + 1, column]]))
        row, column = row - (came < 2), column - (came != 1)
        path.append((row, column))
    rows, columns = (np.array(axis[::-1]) for axis in zip(*path, strict=True))
    return rows, columns, costs[rows, columns]


def _trimmed(samples: Float32, sample_rate: int) -> Float32:
    sound = resample(samples, sample_rate, _SPEC.sample_rate)
    start, end = speech_in_noise(sound, _SPEC.sample_rate)
    return set_level(sound[start:end], _SPEC.sample_rate, _LEVEL_DBFS)


def _cepstra(sound: Float32) -> Float64:
    """(L, 13): the c_k of a log mel spectrum c_0 + sum of c_k cos(pi k (band + 1/2) / 80), without the zeroth."""
    mel = mel_features(sound, _SPEC, "hifigan").mel.astype(np.float64)
    bands = np.arange(_SPEC.n_mels) + 0.5
    orders = np.arange(1, _COEFFICIENTS + 1)
    basis = 2.0 / _SPEC.n_mels * np.cos(np.pi / _SPEC.n_mels * bands[:, None] * orders[None])
    cepstra: Float64 = mel @ basis
    return cepstra


def _pitch(sound: Float32, frames: int) -> Float32:
    return track_pitch(sound, _SPEC.sample_rate, frame_times(frames, _SPEC, "hifigan"))
