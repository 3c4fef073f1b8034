"""Mel spectrograms and energy, as voices were trained on them.

Two recipes are in use. *hifigan* is that of the HiFi-GAN paper (Kong et al. 2020), for our voices: natural logarithm,
reflected padding, frames between hops. *kantts* is that of KAN-TTS's `audio_config` (specification 3), for published
voices: decibels scaled to 0 … 1, zero padding, frames centred on hops. Both use Slaney's mel scale with bands of
equal area (Slaney 1998, "Auditory Toolbox").
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from langsong.audio.spec import AudioSpec
from langsong.audio.spectrogram import Padding, frame_count, magnitudes
from langsong.types import Float32

Recipe = Literal["hifigan", "kantts"]

FLOOR = np.float32(1e-5)
"""Smallest mel magnitude, of either recipe."""
MIN_LEVEL_DB = -100.0
REFERENCE_LEVEL_DB = 20.0


class MelFeatures(NamedTuple):
    """One utterance's frames.

    Attributes:
        mel: (L, n_mels); hifigan: natural logarithms of magnitudes; kantts: 0 … 1.
        energy: (L,), amplitude > 0; hifigan: geometric mean of the mel magnitudes; kantts: root of the power
            summed over the bins of the Fourier transform.
    """

    mel: Float32
    energy: Float32


def mel_features(samples: Float32, spec: AudioSpec, recipe: Recipe) -> MelFeatures:
    """Mel spectrogram and energy of (N,) samples at `spec.sample_rate`.

    A hifigan frame f is centred on sample (f + 1/2) * hop_length, a kantts frame on f * hop_length; see `frame_times`.
    """
    pad, padding = _padding(spec, recipe)
    spectrum = magnitudes(
        samples,
        n_fft=spec.n_fft,
        hop_length=spec.hop_length,
        win_length=spec.win_length,
        pad=pad,
        padding=padding,
    )
    mel = np.maximum(spectrum @ mel_basis(spec).T, FLOOR)
    if recipe == "hifigan":
        logarithms: Float32 = np.log(mel)
        return MelFeatures(logarithms, np.exp(logarithms.mean(axis=1)))
    decibels = 20 * np.log10(mel) - np.float32(REFERENCE_LEVEL_DB)
    scaled: Float32 = np.clip((decibels - np.float32(MIN_LEVEL_DB)) / np.float32(-MIN_LEVEL_DB), 0.0, 1.0)
    return MelFeatures(scaled, np.maximum(np.sqrt((spectrum**2).sum(axis=1)), FLOOR))


def mel_frames(samples: int, spec: AudioSpec, recipe: Recipe) -> int:
    """How many frames `mel_features` makes of so many samples."""
    return frame_count(samples, spec.n_fft, spec.hop_length, _padding(spec, recipe)[0])


def frame_times(frames: int, spec: AudioSpec, recipe: Recipe) -> npt.NDArray[np.float64]:
    """(L,) where the middles of frames lie, in seconds."""
    offset = 0.5 if recipe == "hifigan" else 0.0
    return (np.arange(frames, dtype=np.float64) + offset) / spec.frame_rate


def _padding(spec: AudioSpec, recipe: Recipe) -> tuple[int, Padding]:
    if recipe == "hifigan":
        return (spec.n_fft - spec.hop_length) // 2, "reflect"
    return spec.n_fft // 2, "zeros"


@lru_cache(maxsize=8)
def mel_basis(spec: AudioSpec) -> Float32:
    """(n_mels, n_fft // 2 + 1): triangles over the bins of the Fourier transform, each of area 1 in Hz."""
    bins = np.arange(spec.n_fft // 2 + 1, dtype=np.float64) * (spec.sample_rate / spec.n_fft)
    edges = _mel_to_hz(np.linspace(_hz_to_mel(spec.fmin), _hz_to_mel(spec.fmax), spec.n_mels + 2))
    lower, centre, upper = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - lower) / (centre - lower), (upper - bins) / (upper - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (upper - lower)
    basis: Float32 = triangles.astype(np.float32)
    return basis


def band_interpolation(spec: AudioSpec, n_fft: int) -> Float32:
    """(n_fft // 2 + 1, n_mels): from log mels to log magnitudes at a Fourier transform's frequencies, linear between
    the bands' peaks and level beyond them."""
    peaks = _mel_to_hz(np.linspace(_hz_to_mel(spec.fmin), _hz_to_mel(spec.fmax), spec.n_mels + 2))[1:-1]
    frequencies = np.arange(n_fft // 2 + 1) * (spec.sample_rate / n_fft)
    rows: Float32 = np.stack([np.interp(frequencies, peaks, one) for one in np.eye(spec.n_mels)], axis=1).astype(
        np.float32
    )
    return rows


_LINEAR_HZ = 200.0 / 3
"""Hz of one mel below 1 kHz; above it, each mel multiplies the frequency by 6.4 ** (1 / 27)."""
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ
    return float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _LINEAR_HZ, above)
