"""Short-time spectra: `magnitudes` for features of voices, `spectrogram` for pictures and measurements."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from langsong.errors import AudioError, OptionError
from langsong.types import Float32

_BLOCK = 512
"""Frames that are transformed at a time: enough to be fast, few enough for the processor's cache."""

_SEGMENT = 256
_TAPER = 0.25

Padding = Literal["zeros", "reflect"]
Float64 = npt.NDArray[np.float64]


class Spectrogram(NamedTuple):
    """Power over frequency and time.

    Attributes:
        frequencies_hz: (K,).
        times_s: (L,), the middles of the segments.
        power: (K, L), one-sided density, per Hz.
    """

    frequencies_hz: Float64
    times_s: Float64
    power: Float64


def spectrogram(
    samples: npt.NDArray[Any],
    sample_rate: int,
    *,
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
) -> Spectrogram:
    """What `scipy.signal.spectrogram` computes by default, without SciPy, and so the same whatever SciPy is installed:
    segments without their mean, under a periodic Tukey window (a quarter of it tapered), as power spectral density.

    Sound shorter than a segment is one segment; an overlap that no longer fits is shortened with it.

    Args:
        samples: (N,) of any numeric type.
        sample_rate: Hz.
        nperseg: samples of a segment; None = 256.
        noverlap: of them in common with the next segment; None = an eighth.
        nfft: points of the transform, at least a segment; more are zeros. None = a segment.

    Raises:
        OptionError: a number that makes no sense.
        AudioError: there are no samples, or they have more than one dimension.
    """
    if samples.ndim != 1 or not len(samples):
        raise AudioError(f"a spectrogram is of (N,) samples, and these have the shape {samples.shape}: mix to mono")
    if sample_rate <= 0:
        raise OptionError(f"sample_rate = {sample_rate}: must be more than 0 Hz")
    wanted = _SEGMENT if nperseg is None else nperseg
    if wanted < 1:
        raise OptionError(f"nperseg = {wanted}: must be at least 1")
    if noverlap is not None and not 0 <= noverlap < wanted:
        raise OptionError(f"noverlap = {noverlap}: must be at least 0 and less than nperseg = {wanted}")
    length = min(wanted, len(samples))
    if nfft is not None and nfft < length:
        raise OptionError(f"nfft = {nfft}: must be at least a segment of {length} samples")
    step = length - (length // 8 if noverlap is None else min(noverlap, length - 1))
    points = nfft or length

    segments = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), length)[::step]
    window = _tukey(length)
    spectrum = np.fft.rfft((segments - segments.mean(axis=1, keepdims=True)) * window, points, axis=1)
    power = np.abs(spectrum) ** 2 / (sample_rate * (window**2).sum())
    power[:, 1 : None if points % 2 else -1] *= 2  # what the negative frequencies hold
    times = (np.arange(len(segments)) * step + length / 2) / sample_rate
    return Spectrogram(np.fft.rfftfreq(points, 1 / sample_rate).astype(np.float64), times, power.T)


def _tukey(length: int) -> Float64:
    """(length,): a periodic Tukey window (Harris 1978), cosine tapers at both ends and ones between them."""
    if length == 1:
        return np.ones(1)
    x = np.arange(length) / length
    rise = 0.5 * (1 - np.cos(2 * np.pi * x / _TAPER))
    fall = 0.5 * (1 - np.cos(2 * np.pi * (1 - x) / _TAPER))
    return np.where(x < _TAPER / 2, rise, np.where(x > 1 - _TAPER / 2, fall, 1.0))


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
