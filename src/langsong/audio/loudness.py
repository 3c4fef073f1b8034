"""How loud speech is, and making clips equally loud."""

from __future__ import annotations

import numpy as np

from langsong.audio.silence import loudness_frames
from langsong.types import Float32

_FRAME_S, _HOP_S = 0.04, 0.01
_SILENCE_DB, _PAUSE_DB = 40.0, 10.0
"""What is so far below the loudest frame is silence, what is so far below the mean of the rest a pause (the gates of
ITU-R BS.1770, made relative)."""

PEAK_DBFS = -0.5


def speech_level(samples: Float32, sample_rate: int) -> float:
    """Level of (N,) samples in dB of full scale (RMS), pauses left out; -inf for silence."""
    power = loudness_frames(samples, int(_FRAME_S * sample_rate), int(_HOP_S * sample_rate))
    loudest = float(power.max(initial=0.0))
    if loudest <= 0.0:
        return -np.inf
    sounding = power[power > loudest * 10 ** (-_SILENCE_DB / 10)]
    return float(10 * np.log10(sounding[sounding > sounding.mean() * 10 ** (-_PAUSE_DB / 10)].mean()))


def set_level(samples: Float32, sample_rate: int, level_dbfs: float) -> Float32:
    """(N,) samples scaled to a speech level, but never so that a peak exceeds `PEAK_DBFS`; silence stays as it is."""
    level = speech_level(samples, sample_rate)
    if not np.isfinite(level):
        return samples
    gain = 10 ** ((level_dbfs - level) / 20)
    highest = 10 ** (PEAK_DBFS / 20) / float(np.abs(samples).max())
    scaled: Float32 = samples * np.float32(min(gain, highest))
    return scaled
