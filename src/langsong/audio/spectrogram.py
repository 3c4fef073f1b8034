"""Short-time spectra."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from langsong.types import Float32

_BLOCK = 512
"""Frames that are transformed at a time: enough to be fast, few enough for the processor's cache."""

Padding = Literal["zeros", "reflect"]


def frame_count(samples: int, n_fft: int, hop_length: int, pad: int) -> int:
    """How many frames of `n_fft` samples fit into `samples` with `pad` more on either side; 0 if none does."""
    return max(0, 1 + (samples + 2 * pad - n_fft) // hop_length)


def magnitudes(
    samples: Float32, *, n_fft: int, hop_length: int, win_length: int, pad: int, padding: Padding
) -> Float32:
    """The magnitudes of the short-time Fourier transform under a periodic Hann window.

    Args:
        samples: (N,).
        n_fft: samples of a frame.
        hop_length: samples from one frame to the next.
        win_length: samples under the window, which stands in the middle of the frame.
        pad: samples put before the first and after the last: ``n_fft // 2`` centres frame f on sample f * hop_length.
        padding: what they are; "reflect" needs N > `pad` and falls back on zeros for shorter sound.

    Returns:
        (L, n_fft // 2 + 1), L = `frame_count`.
    """
    mode: Literal["reflect", "constant"] = "reflect" if padding == "reflect" and len(samples) > pad else "constant"
    padded = np.pad(samples, pad, mode=mode).astype(np.float32, copy=False)
    count = frame_count(len(samples), n_fft, hop_length, pad)
    spectrum = np.empty((count, n_fft // 2 + 1), np.float32)
    if count == 0:
        return spectrum
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]
    window = _hann(win_length, n_fft)
    for start in range(0, count, _BLOCK):
        block = frames[start : start + _BLOCK] * window
        spectrum[start : start + _BLOCK] = np.abs(np.fft.rfft(block, axis=1))
    return spectrum


@lru_cache(maxsize=8)
def _hann(win_length: int, n_fft: int) -> Float32:
    """(n_fft,): a periodic Hann window of `win_length` samples in the middle, zeros around it."""
    window = np.zeros(n_fft, np.float32)
    start = (n_fft - win_length) // 2
    phase = 2 * np.pi * np.arange(win_length) / win_length
    window[start : start + win_length] = 0.5 - 0.5 * np.cos(phase)
    return window
