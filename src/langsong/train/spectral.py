"""Losses between waveforms by their spectra (specification 2.3; Yamamoto et al. 2020, arXiv 1910.11480)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.audio.mel import mel_basis
from langsong.audio.spec import AudioSpec
from langsong.train.recipe import RESOLUTIONS, Resolution

_PERIODICITY: Resolution = (2048, 256, 1024)
_BAND_HZ = 400.0
_FRAMES = 8
_HIGHEST_HZ = 4000.0


def _magnitude(samples: Tensor, resolution: Resolution, window: Tensor, pad_mode: str, floor: float) -> Tensor:
    """(B, N) to (B, frames, n_fft // 2 + 1), frames centred."""
    n_fft, hop, win = resolution
    spectrum = torch.stft(samples, n_fft, hop, win, window, center=True, pad_mode=pad_mode, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()
    return power.clamp_min(floor).sqrt().transpose(1, 2)


class MelLoss(nn.Module):
    """Mean |difference| of mel spectrograms.

    Args:
        audio: the frames. recipe: ``kantts``: decibels scaled to ±4 whatever the corpus does (specification 2.3);
            ``hifigan``: natural logarithms, reflect-padded and not centred, as in the paper.
    """

    window: Tensor
    basis: Tensor

    def __init__(self, audio: AudioSpec, recipe: Literal["hifigan", "kantts"]) -> None:
        super().__init__()
        self.audio, self.recipe = audio, recipe
        self.register_buffer("window", torch.hann_window(audio.win_length), persistent=False)
        self.register_buffer("basis", torch.from_numpy(mel_basis(audio)).T.contiguous(), persistent=False)

    def mel(self, samples: Tensor) -> Tensor:
        """(B, N) to (B, frames, n_mels)."""
        spec = self.audio
        resolution = (spec.n_fft, spec.hop_length, spec.win_length)
        if self.recipe == "kantts":
            magnitude = _magnitude(samples, resolution, self.window, "constant", 1e-10) @ self.basis
            decibels = 20 * magnitude.clamp_min(1e-5).log10() - 20
            return (8 * (decibels + 100) / 100 - 4).clamp(-4, 4)
        pad = (spec.n_fft - spec.hop_length) // 2
        padded = F.pad(samples[:, None], (pad, pad), mode="reflect")[:, 0]
        spectrum = torch.stft(padded, *resolution, self.window, center=False, return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return ((power + 1e-9).sqrt().transpose(1, 2) @ self.basis).clamp_min(1e-5).log()

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        """fake, real (B, 1, N)."""
        return F.l1_loss(self.mel(fake[:, 0].float()), self.mel(real[:, 0].float()))


class SpectralLoss(nn.Module):
    """Spectral convergence plus log-magnitude distance, mean over several resolutions."""

    def __init__(self, resolutions: Sequence[Resolution] = RESOLUTIONS) -> None:
        super().__init__()
        self.resolutions = tuple(resolutions)
        for i, (_, _, win) in enumerate(self.resolutions):
            self.register_buffer(f"window{i}", torch.hann_window(win), persistent=False)

    def parts(self, fake: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """fake, real (B, 1, N) to spectral convergence and log-magnitude distance."""
        convergence, distance = [], []
        for i, resolution in enumerate(self.resolutions):
            window = self.get_buffer(f"window{i}")
            f, r = (_magnitude(x[:, 0].float(), resolution, window, "reflect", 1e-7) for x in (fake, real))
            convergence.append(torch.linalg.norm(r - f) / torch.linalg.norm(r))
            distance.append(F.l1_loss(f.log(), r.log()))
        return torch.stack(convergence).mean(), torch.stack(distance).mean()

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        """fake, real (B, 1, N)."""
        convergence, distance = self.parts(fake, real)
        return convergence + distance


class PeriodicityLoss(nn.Module):
    """Mean |difference| of how far harmonics rise above the gaps between them.

    That is the standard deviation of the log magnitude (natural) over `_BAND_HZ` and `_FRAMES` frames up to
    `_HIGHEST_HZ`: 0.64 in noise, more the more periodic a sound is. Spectral distances alone make a vocoder buzz: two
    draws of the same noise are never alike, so that pulses in its place cost less. (Farther up, where nearly all is
    noise, a vocoder reached the recorded figure by ripples in its filters.)

    Args:
        sample_rate: Hz.
    """

    window: Tensor

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        n_fft, _, win = _PERIODICITY
        self.bins, self.used = (round(hertz * n_fft / sample_rate) for hertz in (_BAND_HZ, _HIGHEST_HZ))
        self.register_buffer("window", torch.hann_window(win), persistent=False)

    def relief(self, samples: Tensor) -> Tensor:
        """(B, N) to (B, areas in time, areas in frequency)."""
        level = _magnitude(samples, _PERIODICITY, self.window, "reflect", 1e-7)[:, :, : self.used].log()
        area = (min(_FRAMES, level.shape[1]), self.bins)
        stride = (max(1, area[0] // 2), area[1] // 2)
        mean, square = (F.avg_pool2d(x[:, None], area, stride)[:, 0] for x in (level, level.square()))
        return (square - mean.square()).clamp_min(1e-4).sqrt()

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        """fake, real (B, 1, N)."""
        return F.l1_loss(self.relief(fake[:, 0].float()), self.relief(real[:, 0].float()))
