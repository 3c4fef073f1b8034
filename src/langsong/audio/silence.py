"""Where sound begins and ends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from langsong.types import Float32


def loudness_frames(samples: Float32, frame_length: int, hop_length: int) -> npt.NDArray[np.float64]:
    """(1 + N // hop_length,) power (mean square) of frames centred on every hop; zeros surround the sound."""
    pad = frame_length // 2
    squares = np.pad(samples.astype(np.float64) ** 2, (pad, pad + 1))
    sums = np.concatenate([[0.0], np.cumsum(squares)])
    starts = np.arange(0, len(samples) + 1, hop_length)
    ends = np.minimum(starts + frame_length, len(squares))
    power: npt.NDArray[np.float64] = (sums[ends] - sums[starts]) / frame_length
    return np.maximum(power, 0.0)


def speech_bounds(samples: Float32, *, frame_length: int, hop_length: int, threshold_db: float) -> tuple[int, int]:
    """The first sample that is not silence and the one after the last; (0, 0) if all is silence.

    A frame is silent if its power is more than `threshold_db` below that of the loudest (the rule of librosa's
    `trim`, by which KAN-TTS voices were cut at 60 dB).
    """
    power = loudness_frames(samples, frame_length, hop_length)
    loudest = float(power.max(initial=0.0))
    if loudest <= 0.0:
        return 0, 0
    sounding = np.flatnonzero(power > loudest * 10 ** (-threshold_db / 10))
    return int(sounding[0]) * hop_length, min(len(samples), (int(sounding[-1]) + 1) * hop_length)


_FRAME_S, _HOP_S = 0.025, 0.01
_RANGE_DB, _ABOVE_NOISE_DB, _LEAST_RANGE_DB = 45.0, 8.0, 12.0
_DIGITAL_SILENCE_DB = 90.0
"""Below the loudest frame: no microphone is so quiet, and what an editor put in tells nothing of the noise."""

_LEAST_FRAMES = 5
"""Shorter bursts are clicks."""


def speech_in_noise(samples: Float32, sample_rate: int) -> tuple[int, int]:
    """As `speech_bounds`, for recordings with a noise floor of their own.

    Rumble is taken out by pre-emphasis. Sound is speech where it stands 8 dB above the quiet frames and at most 45 dB
    below the loud ones, for 50 ms.
    """
    emphasised = np.append(samples[:1], samples[1:] - np.float32(0.97) * samples[:-1])
    hop = int(_HOP_S * sample_rate)
    power = loudness_frames(emphasised, int(_FRAME_S * sample_rate), hop)
    if not len(samples) or power.max() <= 0.0:
        return 0, 0
    levels = 10 * np.log10(np.maximum(power, power.max() * 1e-12))
    quiet, loud = np.percentile(levels[levels > levels.max() - _DIGITAL_SILENCE_DB], (5, 95))
    sounding = levels > max(loud - _RANGE_DB, min(quiet + _ABOVE_NOISE_DB, loud - _LEAST_RANGE_DB))
    steady = np.convolve(sounding, np.ones(_LEAST_FRAMES), "valid") == _LEAST_FRAMES
    runs = np.flatnonzero(steady)
    if len(runs) == 0:
        return 0, 0
    return int(runs[0]) * hop, min(len(samples), (int(runs[-1]) + _LEAST_FRAMES) * hop)
