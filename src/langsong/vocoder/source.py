"""Excitations: the harmonic source of a neural source-filter generator (Wang et al. 2019, arXiv 1904.12088; KAN-TTS),
and the pulses and the noise of a harmonic-plus-noise vocoder.

They run in float64 and outside the graphs: a phase summed up in float32 or bfloat16 drifts within seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from langsong.types import Float32

Float64 = npt.NDArray[np.float64]

SINE_AMPLITUDE = 0.1
NOISE_STD = 0.003
UNVOICED_NOISE_STD = SINE_AMPLITUDE / 3
VOICED_FROM = 0.6
"""Voicing probability from which on a frame is voiced: above it."""


class HarmonicSource:
    """Sines at the multiples of F0, and noise, for one request.

    However its frames are cut into calls, the samples are the same.

    Args:
        harmonics: number of sines H, the fundamental included.
        sample_rate: Hz.
        hop_length: samples per frame.
        seed: of the sines' initial phases and of the noise.
    """

    def __init__(self, harmonics: int, sample_rate: int, hop_length: int, seed: int) -> None:
        self.harmonics = harmonics
        self.sample_rate = sample_rate
        self.hop_length = hop_length
        self._rng = np.random.default_rng(seed)
        self._phases = self._rng.uniform(-np.pi, np.pi, harmonics)
        self._cycles = 0.0

    def advance(self, f0: Float32, uv: Float32) -> Float32:
        """The next frames' source.

        Args:
            f0: (T,) in Hz.
            uv: (T,) voicing, 1 = voiced.

        Returns:
            (H, T·hop).
        """
        cycles = fundamental_cycles(f0, self.sample_rate, self.hop_length, self._cycles)
        # drawn sample by sample, not sine by sine: so the draws follow one another from call to call
        noise = self._rng.standard_normal((len(cycles), self.harmonics)).T
        if len(cycles):
            self._cycles = float(cycles[-1])
        return harmonic_source(cycles, np.repeat(uv, self.hop_length), self._phases, NOISE_STD * noise)


def fundamental_cycles(f0: Float32, sample_rate: int, hop_length: int, start: float = 0.0) -> Float64:
    """Cycles of the fundamental done by the end of every sample, F0 held for each frame.

    Args:
        f0: (T,) in Hz.
        sample_rate: Hz.
        hop_length: samples per frame.
        start: cycles done before the first sample.

    Returns:
        (T·hop,), not wrapped: over an hour float64 stays within 10⁻⁵ of a cycle.
    """
    step = f0.astype(np.float64) / sample_rate
    starts = np.cumsum(np.concatenate(([start], step * hop_length)))[:-1]
    within = step[:, None] * np.arange(1, hop_length + 1)
    return (starts[:, None] + within).ravel()


def harmonic_source(cycles: Float64, uv: npt.NDArray[np.floating], phases: Float64, noise: Float64) -> Float32:
    """Sines where it is voiced, louder noise where it is not.

    Args:
        cycles: (N,) cycles of the fundamental.
        uv: (N,) voicing, 1 = voiced.
        phases: (H,) the sines' initial phases in rad; the first is taken as 0.
        noise: (H, N) with the standard deviation `NOISE_STD`.

    Returns:
        (H, N).
    """
    orders = np.arange(1, len(phases) + 1)
    offsets = np.where(orders == 1, 0.0, phases)
    angles = 2 * np.pi * (orders[:, None] * cycles % 1.0) + offsets[:, None]
    voiced = SINE_AMPLITUDE * np.sin(angles) + noise
    unvoiced = UNVOICED_NOISE_STD / NOISE_STD * noise
    return np.where(uv > VOICED_FROM, voiced, unvoiced).astype(np.float32)


class PulseSource:
    """Pulses at F0 and noise, both of variance 1 and with flat spectra, for one request.

    However its frames are cut into calls, the samples are the same.

    Args:
        sample_rate: Hz.
        hop_length: samples per frame.
        seed: of the noise.
        cycles: of the fundamental done before the first sample.
    """

    def __init__(self, sample_rate: int, hop_length: int, seed: int | Sequence[int], cycles: float = 0.0) -> None:
        self.sample_rate = sample_rate
        self.hop_length = hop_length
        self._rng = np.random.default_rng(seed)
        self._cycles = cycles

    def advance(self, f0: Float32) -> Float32:
        """The next frames' excitation.

        Args:
            f0: (T + 2,) in Hz at the middles of T frames and of their neighbours; linear between them.

        Returns:
            (2, T·hop): pulses and noise.
        """
        hop = self.hop_length
        place = (np.arange(hop) + 0.5) / hop - 0.5
        here, before, after = (f0[i : len(f0) - 2 + i, None].astype(np.float64) for i in (1, 0, 2))
        frequency = (here + np.where(place < 0, here - before, after - here) * place).ravel()
        cycles = np.cumsum(np.concatenate(([self._cycles], frequency / self.sample_rate)))
        self._cycles = float(cycles[-1])
        noise = self._rng.standard_normal(len(frequency), dtype=np.float32)
        return np.stack([pulses(cycles[1:], self.sample_rate / frequency), noise])


def pulses(cycles: Float64, period: Float64) -> Float32:
    """All harmonics below half the sample rate with the same amplitude, as cosines that begin together.

    The highest fades in as it gets clear of half the sample rate, so that none comes at once when F0 glides.

    Args:
        cycles: (N,) of the fundamental, done by each sample. period: (N,) samples.

    Returns:
        (N,), of variance 1. Those below the highest sum up to Dirichlet's kernel.
    """
    highest = np.maximum(np.floor(period / 2), 1.0)
    share = np.clip(period / 2 - highest, 0.0, 1.0)
    angle = np.pi * (cycles - np.rint(cycles))
    sine = np.sin(angle)
    peak = np.abs(sine) < 1e-9
    order = 2 * highest - 1
    kernel = np.where(peak, order, np.sin(order * angle) / np.where(peak, 1.0, sine))
    total = (kernel - 1) / 2 + share * np.cos(2 * highest * angle)
    return (total / np.sqrt(np.maximum((highest - 1 + share**2) / 2, 0.25))).astype(np.float32)
