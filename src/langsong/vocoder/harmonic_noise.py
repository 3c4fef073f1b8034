"""A vocoder that filters pulses and noise: a thirtieth of HiFi-GAN's arithmetic, for less natural sound.

Speech as harmonics plus noise (Serra & Smith 1990), with filters that a network predicts of each frame (Engel et
al. 2020, arXiv 2001.04643; for vocoders Agrawal et al. 2024, arXiv 2401.10460). The
filter of the pulses has minimum phase.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .harmonic_noise_config import RESPONSE_HOPS, WINDOW_HOPS, HarmonicNoiseConfig, TrunkConfig

LAYER_NORM_EPS = 1e-6
_RESIDUAL_SCALE = 0.3
_KNEE, _CEILING = 0.8, 0.98
_FIRST_STD = 0.02
_FIRST_LEVELS = (-0.5, -1.0)
"""Of pulses and noise against the mel, natural logarithms, about where they end."""


class Block(nn.Module):
    """A depth-wise convolution over time, and two layers over channels."""

    def __init__(self, channels: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=LAYER_NORM_EPS)
        self.widen = nn.Linear(channels, inner)
        self.narrow = nn.Linear(inner, channels)
        self.scale = nn.Parameter(torch.full((channels,), _RESIDUAL_SCALE))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, L) → (B, C, L)."""
        hidden = self.norm(self.conv(x).transpose(1, 2))
        hidden = self.narrow(F.gelu(self.widen(hidden), approximate="tanh")) * self.scale
        return x + hidden.transpose(1, 2)


class Trunk(nn.Module):
    """What is to be predicted of each frame, from the mel frames around it."""

    def __init__(self, channels_in: int, outputs: int, config: TrunkConfig) -> None:
        super().__init__()
        self.enter = nn.Conv1d(channels_in, config.channels, config.kernel, padding=config.kernel // 2)
        self.blocks = nn.Sequential(
            *(Block(config.channels, config.inner, config.kernel) for _ in range(config.blocks))
        )
        self.norm = nn.LayerNorm(config.channels, eps=LAYER_NORM_EPS)
        self.leave = nn.Linear(config.channels, outputs)

    def forward(self, mel: Tensor) -> Tensor:
        """(B, channels_in, L) → (B, L, outputs)."""
        return self.leave(self.norm(self.blocks(self.enter(mel)).transpose(1, 2)))


class HarmonicNoiseVocoder(nn.Module):
    """Mel frames, pulses and noise to samples."""

    def __init__(self, config: HarmonicNoiseConfig) -> None:
        super().__init__()
        self.config = config
        self.bins = config.n_fft // 2 + 1
        self.envelope = nn.Linear(config.in_channels, self.bins, bias=False)
        self.filters = Trunk(config.in_channels, 2 * self.bins, config.filters)
        self.pitch_bins = Trunk(config.in_channels, config.pitch_bins, config.pitch)

    def start_from(self, interpolation: Tensor) -> None:
        """Before training: filters that follow the mel, (bins, in_channels) from log mels to log magnitudes."""
        with torch.no_grad():
            self.envelope.weight.copy_(interpolation)
            nn.init.normal_(self.filters.leave.weight, std=_FIRST_STD)
            self.filters.leave.bias.copy_(torch.tensor(_FIRST_LEVELS).repeat_interleave(self.bins))

    def _normalised(self, mel: Tensor) -> Tensor:
        return (mel - self.config.mel_mean) / self.config.mel_std

    def log_pitch(self, mel: Tensor) -> Tensor:
        """(B, in_channels, L) → (B, L), natural logarithm of F0 in Hz; between voiced stretches it goes on."""
        low, high = math.log(self.config.lowest_hz), math.log(self.config.highest_hz)
        places = _count(self.config.pitch_bins, mel) / (self.config.pitch_bins - 1)
        shares = torch.softmax(self.pitch_bins(self._normalised(mel)).float(), dim=2)
        return low + (high - low) * (shares * places).sum(2)

    def pitch(self, mel: Tensor) -> Tensor:
        """(B, in_channels, L) → (B, L), F0 in Hz."""
        return self.log_pitch(mel).exp()

    def forward(self, mel: Tensor, source: Tensor) -> Tensor:
        """The waveform.

        Args:
            mel: (B, in_channels, L). source: (B, 2, L * hop), pulses and noise from `PulseSource`.

        Returns:
            (B, 1, L * hop) in (-1, 1).
        """
        rough = self.envelope(mel.transpose(1, 2)).float()
        harmonic, noise = self.filters(self._normalised(mel)).float().chunk(2, dim=2)
        with torch.autocast(mel.device.type, enabled=False):  # spectra and phases need all their digits
            return self._filtered(rough + harmonic, (rough + noise).exp(), source)

    def _filtered(self, harmonic: Tensor, noise: Tensor, source: Tensor) -> Tensor:
        """(B, 1, L * hop).

        Args:
            harmonic: (B, L, bins), log magnitudes over the pulses. noise: (B, L, bins), magnitudes over the noise.
            source: (B, 2, L * hop).
        """
        gain, phase = harmonic.exp(), harmonic @ _minimum_phase(self.bins, harmonic)
        pulses, hiss = (self._spectrum(source[:, channel]) for channel in range(2))
        cos, sin = gain * phase.cos(), gain * phase.sin()
        real = pulses[0] * cos - pulses[1] * sin + hiss[0] * noise
        imaginary = pulses[0] * sin + pulses[1] * cos + hiss[1] * noise
        return _limited(self._overlapped(torch.cat([real, imaginary], dim=2) @ _inverse_dft(self.bins, harmonic)))[
            :, None
        ]

    def _spectrum(self, excitation: Tensor) -> tuple[Tensor, Tensor]:
        """(B, L * hop) → real and imaginary parts (B, L, bins) of each frame under its window."""
        hop, size = self.config.hop_length, WINDOW_HOPS * self.config.hop_length
        hops = F.pad(excitation, (hop // 2, hop // 2)).reshape(excitation.shape[0], -1, hop)
        sample = _count(size, excitation)
        window = 0.5 - 0.5 * torch.cos(sample * (2 * math.pi / size))
        frames = torch.cat([hops[:, :-1], hops[:, 1:]], dim=2) * window
        angle = _angles(sample, _count(self.bins, excitation), self.config.n_fft)
        return frames @ angle.cos(), -(frames @ angle.sin())

    def _overlapped(self, frames: Tensor) -> Tensor:
        """(B, L, n_fft), each beginning half a hop before its frame, added up to (B, L * hop)."""
        hop = self.config.hop_length
        parts = frames.chunk(RESPONSE_HOPS, dim=2)
        total = sum(F.pad(part, (0, 0, i, RESPONSE_HOPS - 1 - i)) for i, part in enumerate(parts))
        assert isinstance(total, Tensor)
        return total.flatten(1)[:, hop // 2 : hop // 2 - (RESPONSE_HOPS - 1) * hop]


def _limited(samples: Tensor) -> Tensor:
    """The same below `_KNEE`; above, bent so that no sample gets beyond `_CEILING`."""
    straight = samples.clamp(-_KNEE, _KNEE)
    room = _CEILING - _KNEE
    return straight + room * torch.tanh((samples - straight) / room)


def _count(size: int, like: Tensor) -> Tensor:
    """0 … size - 1. Made of an input, so that graphs count, too, instead of carrying tables of sines."""
    return like.new_ones(size).cumsum(0) - 1


def _angles(rows: Tensor, columns: Tensor, size: int) -> Tensor:
    """2 pi * row * column / size, within one turn."""
    return (rows[:, None] * columns[None] % size) * (2 * math.pi / size)


def _inverse_dft(bins: int, like: Tensor) -> Tensor:
    """(2 * bins, 2 * (bins - 1)): from real and imaginary parts of a real signal's spectrum to the signal."""
    size = 2 * (bins - 1)
    order = _count(bins, like)
    angle = _angles(order, _count(size, like), size)
    share = _mirrored(order, bins)[:, None] / size
    return torch.cat([share * angle.cos(), -share * angle.sin()])


def _minimum_phase(bins: int, like: Tensor) -> Tensor:
    """(bins, bins): from log magnitudes to the phase of the causal filter of least delay that has them.

    It is their discrete Hilbert transform (Oppenheim & Schafer, "Discrete-Time Signal Processing", section 12.4).
    """
    size = 2 * (bins - 1)
    order = _count(bins, like)

    def kernel(shift: Tensor) -> Tensor:
        """Cotangents at odd shifts; `shift` is even where the sine is 0."""
        odd, angle = shift % 2, shift * (math.pi / size)
        return odd * angle.cos() / (odd * angle.sin() + 1 - odd)

    there, back = kernel(order[None] - order[:, None]), kernel(order[None] + order[:, None])
    return (there + (_mirrored(order, bins)[:, None] - 1) * back) * (-2.0 / size)


def _mirrored(order: Tensor, bins: int) -> Tensor:
    """(bins,), how often each bin of a real signal's half spectrum is in the whole: the first and the last once, others
    twice."""
    return 2 - (order == 0).to(order.dtype) - (order == bins - 1).to(order.dtype)
