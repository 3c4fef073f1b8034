"""What vocoders need besides mel frames, for one request, window by window."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from langsong.bundle.manifest import NsfF0, VoiceManifest
from langsong.types import Float32
from langsong.vocoder.config import SourceConfig
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig
from langsong.vocoder.source import HarmonicSource, PulseSource

from .runtime.base import Runtime


class Excitation(Protocol):
    """Follows a request's windows: each begins where the one before was told to `drop`."""

    def take(self, piece: Float32) -> Float32:
        """The mel (n, n_mels) of the acoustic model's next (n, channels)."""

    def of_window(self, mel: Float32, inner: int) -> list[Float32]:
        """Inputs of the vocoder besides a window's mel (1, n_mels, frames), of which it will speak `inner`."""

    def drop(self, frames: int) -> None:
        """So many have been spoken."""


def excitation_of(manifest: VoiceManifest, runtime: Runtime) -> Excitation:
    """That of the voice's vocoder."""
    config, hop = manifest.vocoder, manifest.audio.hop_length
    if isinstance(config, HarmonicNoiseConfig):
        return PulsesAndNoise(config, runtime)
    if config.source is not None and manifest.nsf is not None:
        return Harmonics(config.source, manifest.nsf, hop, config.context_frames[0])
    return Silence()


class Silence:
    """Of generators that take mel frames alone."""

    def take(self, piece: Float32) -> Float32:
        return piece

    def of_window(self, mel: Float32, inner: int) -> list[Float32]:
        return []

    def drop(self, frames: int) -> None:
        pass


class Harmonics:
    """Of generators with a harmonic source, whose F0 and voicing come with the mel."""

    def __init__(self, config: SourceConfig, f0: NsfF0, hop_length: int, before: int) -> None:
        self._f0, self._hop = f0, hop_length
        self._source = HarmonicSource(config.harmonics, config.sample_rate, hop_length, seed=0)
        self._made = np.zeros((config.harmonics, before * hop_length), np.float32)

    def take(self, piece: Float32) -> Float32:
        f0 = np.maximum(piece[:, -2] * self._f0.std + self._f0.mean, self._f0.minimum)
        self._made = np.concatenate([self._made, self._source.advance(f0, piece[:, -1])], axis=1)
        return piece[:, :-2]

    def of_window(self, mel: Float32, inner: int) -> list[Float32]:
        return [_lasting(self._made, mel.shape[2] * self._hop)]

    def drop(self, frames: int) -> None:
        self._made = self._made[:, frames * self._hop :]


class PulsesAndNoise:
    """Of harmonic-plus-noise vocoders, which find F0 in the mel."""

    def __init__(self, config: HarmonicNoiseConfig, runtime: Runtime) -> None:
        self._before, self._ahead = config.context_frames[0], config.source_frames_ahead
        self._runtime, self._hop = runtime, config.hop_length
        self._source = PulseSource(config.sample_rate, config.hop_length, seed=0)
        self._made = np.zeros((config.source_channels, 0), np.float32)

    def take(self, piece: Float32) -> Float32:
        return piece

    def of_window(self, mel: Float32, inner: int) -> list[Float32]:
        (f0,) = self._runtime.run("pitch", mel)
        known = self._made.shape[1] // self._hop
        wanted = self._before + inner + self._ahead
        around = np.concatenate([f0[0, :1], f0[0]])[known : wanted + 2]  # before the first frame it stands still
        self._made = np.concatenate([self._made, self._source.advance(around)], axis=1)
        return [_lasting(self._made, mel.shape[2] * self._hop)]

    def drop(self, frames: int) -> None:
        self._made = self._made[:, frames * self._hop :]


def _lasting(signals: Float32, samples: int) -> Float32:
    """(channels, N) as a batch of one that is `samples` long: cut, or silent behind."""
    there = signals[:, :samples]
    return np.pad(there, ((0, 0), (0, samples - there.shape[1])))[None]
