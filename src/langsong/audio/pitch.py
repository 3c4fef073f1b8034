"""F0 of speech: candidates by cross-correlation, and the path through them that costs least.

Candidates and costs follow P. Boersma, "Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound" (1993), with the normalised cross-correlation of D. Talkin's RAPT (1995)
in place of the windowed autocorrelation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from langsong.audio.resample import resample
from langsong.types import Float32

Float64 = npt.NDArray[np.float64]

FLOOR_HZ, CEILING_HZ = 60.0, 700.0
"""Where speech is looked for, from deep men to excited children."""

_RATE = 16000
_WINDOW = 480
"""Samples that are compared with those a period later: 30 ms, two periods of the lowest voice."""
_USUAL_LAG = 100
"""Samples: frames are placed so that a voice of this period is measured in the middle of what is compared."""
_CANDIDATES = 8
_BLOCK = 512

_OCTAVE_COST = 0.02
"""Taken off a candidate's strength for each octave below the ceiling, so that of equals the shortest period wins."""
_JUMP_COST = 0.35
"""Of a change by one octave within 10 ms."""
_VOICING_COST = 0.14
"""Of a change between voiced and unvoiced within 10 ms."""
_VOICING_THRESHOLD = 0.5
_SILENCE_THRESHOLD = 0.03


def track_pitch(
    samples: Float32,
    sample_rate: int,
    times_s: Float64,
    *,
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
) -> Float32:
    """F0 at given moments.

    Args:
        samples: (N,) at `sample_rate` Hz.
        times_s: (L,) ascending, evenly spaced.
        floor_hz, ceiling_hz: the range that is searched.

    Returns:
        (L,) Hz, 0 where unvoiced.
    """
    if len(times_s) == 0:
        return np.zeros(0, np.float32)
    sound = resample(samples, sample_rate, _RATE)
    longest = int(_RATE / floor_hz) + 2
    shortest = max(2, int(_RATE / ceiling_hz))
    size = _WINDOW + longest
    padded = np.pad(sound - sound.mean() if len(sound) else sound, size).astype(np.float32)
    before = (_WINDOW + _USUAL_LAG) // 2
    starts = np.clip(np.rint(times_s * _RATE).astype(np.int64), 0, len(sound)) + size - before
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)
    blocks = [_candidates(frames[starts[at : at + _BLOCK]], shortest, longest) for at in range(0, len(starts), _BLOCK)]
    frequency, strength, peak = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    strength = strength - _OCTAVE_COST * np.log2(ceiling_hz / frequency)
    loudness = peak / max(float(np.abs(sound).max(initial=0.0)), 1e-9)
    unvoiced = _VOICING_THRESHOLD + np.maximum(0.0, 2 - loudness / (_SILENCE_THRESHOLD / (1 + _VOICING_THRESHOLD)))
    spacing_s = (times_s[-1] - times_s[0]) / max(len(times_s) - 1, 1)
    path = _best_path(np.log2(frequency), strength, unvoiced, 0.01 / max(spacing_s, 1e-4))
    chosen = frequency[np.arange(len(path)), np.minimum(path, _CANDIDATES - 1)]
    return np.where(path < _CANDIDATES, chosen, 0.0).astype(np.float32)


def fill_unvoiced(f0: Float32) -> Float32:
    """(L,) Hz with the unvoiced frames filled in: log F0 is interpolated linearly, and kept before and after.

    All zeros if no frame is voiced.
    """
    voiced = np.flatnonzero(f0 > 0)
    if len(voiced) == 0:
        return np.zeros_like(f0)
    filled: Float64 = np.exp(np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced].astype(np.float64))))
    return filled.astype(np.float32)


def _candidates(frames: Float32, shortest: int, longest: int) -> tuple[Float64, Float64, Float64]:
    """Periods at which frames resemble themselves.

    Args:
        frames: (L, _WINDOW + longest).
        shortest, longest: lags in samples.

    Returns:
        frequencies (L, K) in Hz, strengths (L, K) up to 1 (-inf: no candidate), peak amplitudes (L,).
    """
    similarity = _similarity(frames, longest)
    inner = similarity[:, 1:-1]
    peaks = (inner > similarity[:, :-2]) & (inner >= similarity[:, 2:]) & (inner > 0)
    peaks[:, : 2 * shortest - 1] = False
    masked = np.where(peaks, inner, -np.inf)
    shorter = _OCTAVE_COST * np.log2(np.arange(1, masked.shape[1] + 1))  # of a steady voice every multiple is as good
    best = np.argpartition(masked - shorter, -_CANDIDATES, axis=1)[:, -_CANDIDATES:]
    rows = np.arange(len(frames))[:, None]
    before, at, after = (similarity[rows, best + shift].astype(np.float64) for shift in (0, 1, 2))
    curvature = np.minimum(before - 2 * at + after, -1e-9)
    shift = np.clip(0.5 * (before - after) / curvature, -0.5, 0.5)
    strength = np.minimum(at - 0.25 * (before - after) * shift, 1.0)
    found = np.isfinite(masked[rows, best])
    lag = np.where(found, (best + 1 + shift) / 2, longest)
    middle = frames[:, (longest // 2) : (longest // 2) + _WINDOW]
    return _RATE / lag, np.where(found, strength, -np.inf), np.abs(middle).max(axis=1).astype(np.float64)


def _similarity(frames: Float32, longest: int) -> Float32:
    """(L, 2 * longest + 1): normalised cross-correlation of a frame's first `_WINDOW` samples with those half a lag,
    a lag, … later. Between samples it is that of the band-limited sound: peaks of short periods are sharper than a
    parabola through whole lags can tell."""
    size = 1 << (frames.shape[1] - 1).bit_length()
    whole = np.fft.rfft(frames, size, axis=1)
    first = np.fft.rfft(frames[:, :_WINDOW], size, axis=1)
    correlation = 2 * np.fft.irfft(np.conj(first) * whole, 2 * size, axis=1)[:, : 2 * longest + 1]
    power = np.cumsum(np.pad(frames.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, _WINDOW : _WINDOW + longest + 1] - power[:, : longest + 1]
    later = np.empty((len(frames), 2 * longest + 1))
    later[:, ::2] = energy
    later[:, 1::2] = 0.5 * (energy[:, :-1] + energy[:, 1:])
    similarity: Float32 = (correlation / np.maximum(0.5 * (energy[:, :1] + later), 1e-10)).astype(np.float32)
    return similarity


def _best_path(octaves: Float64, strength: Float64, unvoiced: Float64, pace: float) -> npt.NDArray[np.int64]:
    """The Viterbi path.

    Args:
        octaves: (L, K), log2 of the candidates' frequencies.
        strength: (L, K), that of the candidates.
        unvoiced: (L,), that of being unvoiced.
        pace: by which costs of change are multiplied.

    Returns:
        (L,) the candidate of each frame; K where unvoiced.
    """
    length, count = octaves.shape
    jump, change = _JUMP_COST * pace, _VOICING_COST * pace
    total = np.append(strength[0], unvoiced[0])
    origins = np.zeros((length, count + 1), np.int64)
    costs = np.full((count + 1, count + 1), change)
    costs[-1, -1] = 0.0
    steps = jump * np.abs(octaves[1:, None, :] - octaves[:-1, :, None])  # (L - 1, from, to)
    for index in range(1, length):
        costs[:-1, :-1] = steps[index - 1]
        scores = total[:, None] - costs
        origins[index] = scores.argmax(axis=0)
        total = scores.max(axis=0)
        total[:-1] += strength[index]
        total[-1] += unvoiced[index]
    path = np.zeros(length, np.int64)
    path[-1] = total.argmax()
    for index in range(length - 1, 0, -1):
        path[index - 1] = origins[index, path[index]]
    return path
