"""Losses between waveforms give KAN-TTS's values, and the mel in them is the one that voices are trained on."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from langsong.audio.mel import mel_features
from langsong.audio.spec import AudioSpec
from langsong.train.recipe import FINE_RESOLUTIONS
from langsong.train.spectral import MelLoss, PeriodicityLoss, SpectralLoss

SPEC_16K = AudioSpec(sample_rate=16000, hop_length=200, n_fft=2048, win_length=1000, n_mels=80, fmin=0.0, fmax=8000.0)


@pytest.fixture
def oracle(shared: Path) -> dict[str, torch.Tensor]:
    with np.load(shared / "reference" / "oracle" / "mel_loss.npz") as arrays:
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


def test_the_mel_loss(oracle: dict[str, torch.Tensor]) -> None:
    loss = MelLoss(SPEC_16K, "kantts")
    mel = loss.mel(oracle["y_hat"][:, 0])
    np.testing.assert_allclose(mel.transpose(1, 2).numpy(), oracle["mel_of_y_hat"].numpy(), atol=1e-4)
    assert loss(oracle["y_hat"], oracle["y"]).item() == pytest.approx(oracle["loss"].item(), rel=1e-5)


def test_the_spectral_loss(oracle: dict[str, torch.Tensor]) -> None:
    convergence, distance = SpectralLoss().parts(oracle["y_hat"], oracle["y"])
    assert convergence.item() == pytest.approx(oracle["stft_sc"].item(), rel=1e-4)
    assert distance.item() == pytest.approx(oracle["stft_mag"].item(), rel=1e-4)


def test_the_mel_of_the_hifigan_recipe_is_that_of_the_features() -> None:
    spec = AudioSpec(sample_rate=22050, hop_length=256, n_fft=1024, win_length=1024, n_mels=80, fmin=0.0, fmax=8000.0)
    samples = np.random.default_rng(3).uniform(-0.5, 0.5, 256 * 40).astype(np.float32)
    mel = MelLoss(spec, "hifigan").mel(torch.from_numpy(samples)[None])[0]
    np.testing.assert_allclose(mel.numpy(), mel_features(samples, spec, "hifigan").mel, atol=1e-4)


def test_losses_of_the_same_sound_are_zero_and_reach_the_generator() -> None:
    sound = (torch.rand(2, 1, 4000) - 0.5).requires_grad_()
    for loss in (MelLoss(SPEC_16K, "kantts"), SpectralLoss(), PeriodicityLoss(16000)):
        assert loss(sound, sound.detach()).item() == 0
        loss(sound, torch.zeros(2, 1, 4000) + 0.01).backward()
        assert sound.grad is not None
        assert sound.grad.isfinite().all()


def test_relief_grows_with_the_share_of_pulses_whatever_the_level() -> None:
    noise = np.random.default_rng(5).standard_normal(16000) * 0.1
    pulses = np.where(np.arange(16000) % 100 == 0, 1.0, 0.0)  # as strong as the noise, at 160 Hz
    loss = PeriodicityLoss(16000)
    mixtures = (noise, noise + pulses, 0.1 * (noise + pulses), 0.1 * noise + pulses)
    sounds = torch.from_numpy(np.stack([0.1 * mixture for mixture in mixtures])).float()
    alone, mixed, quiet, harmonic = loss.relief(sounds).mean((1, 2)).tolist()
    assert alone == pytest.approx(math.pi / math.sqrt(24), abs=0.03)  # of a Rayleigh distribution's logarithm
    assert quiet == pytest.approx(mixed, abs=0.02)
    assert alone + 0.05 < mixed < harmonic - 0.1


def test_periodicity_finds_how_much_is_noise_where_spectral_distances_overrate_pulses() -> None:
    rng = np.random.default_rng(7)
    pulses = np.where(np.arange(32000) % 100 == 0, 1.0, 0.0)
    recorded, drawn = (0.1 * rng.standard_normal(32000) for _ in range(2))
    shares = np.linspace(0, 1, 21)
    real = torch.from_numpy(0.5 * recorded + 0.5 * pulses).float()[None, None]
    best = {}
    for loss in (PeriodicityLoss(16000), SpectralLoss(FINE_RESOLUTIONS)):
        mixed = (torch.from_numpy((1 - share) * drawn + share * pulses).float()[None, None] for share in shares)
        best[type(loss)] = shares[np.argmin([loss(fake, real).item() for fake in mixed])]
    assert best[PeriodicityLoss] == pytest.approx(0.5, abs=0.03)
    assert best[SpectralLoss] > 0.55
