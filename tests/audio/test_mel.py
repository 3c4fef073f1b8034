"""Mel spectrograms and energy as KAN-TTS and HiFi-GAN measure them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.mel import frame_times, mel_basis, mel_features, mel_frames
from langsong.audio.spec import AudioSpec

HIFIGAN = AudioSpec(sample_rate=22050, hop_length=256, n_fft=1024, win_length=1024, n_mels=80, fmin=0.0, fmax=8000.0)


def case(shared: Path, rate: str) -> tuple[dict[str, Any], AudioSpec, np.ndarray]:
    """What KAN-TTS measured on a synthetic signal, the frames it used, and the signal."""
    oracle = shared / "reference" / "oracle"
    config = json.loads((oracle / f"features_{rate}.json").read_text(encoding="utf-8"))
    spec = AudioSpec(
        sample_rate=config["sampling_rate"],
        **{name: config[name] for name in ("hop_length", "n_fft", "win_length", "n_mels", "fmin", "fmax")},
    )
    with np.load(oracle / f"features_{rate}.npz") as arrays:
        expected = dict(arrays)
    return expected, spec, expected["pcm_int16"].astype(np.float32) / 32768


@pytest.mark.parametrize("rate", ["8k", "16k", "24k", "48k"])
def test_the_features_of_kantts(shared: Path, rate: str) -> None:
    expected, spec, samples = case(shared, rate)
    found = mel_features(samples, spec, "kantts")
    # its Fourier transform is in float32: bins near the floor of -100 dB differ by some 1e-5
    np.testing.assert_allclose(found.mel, expected["mel"], atol=2e-5, rtol=0)
    np.testing.assert_allclose(found.energy, expected["energy_raw"][:, 0], rtol=1e-6)
    if expected["mel_basis"].size:
        np.testing.assert_allclose(mel_basis(spec), expected["mel_basis"], atol=1e-8)


def test_a_tone_sounds_in_the_bands_around_it() -> None:
    times = np.arange(22050) / 22050
    found = mel_features((0.5 * np.sin(2 * np.pi * 1000 * times)).astype(np.float32), HIFIGAN, "hifigan")
    loudest = found.mel.argmax(axis=1)
    centres = mel_basis(HIFIGAN).argmax(axis=1) * 22050 / 1024
    assert np.abs(centres[loudest] - 1000).max() < 30
    np.testing.assert_allclose(np.log(found.energy), found.mel.mean(axis=1), rtol=1e-5)


def test_ten_times_the_sound_is_a_step_in_the_logarithm() -> None:
    noise = np.random.default_rng(3).normal(0, 0.01, 22050).astype(np.float32)
    quiet, loud = (mel_features(sound, HIFIGAN, "hifigan").mel for sound in (noise, 10 * noise))
    np.testing.assert_allclose(loud - quiet, np.log(10), atol=1e-3)


def test_silence_is_the_floor() -> None:
    found = mel_features(np.zeros(5000, np.float32), HIFIGAN, "hifigan")
    np.testing.assert_allclose(found.mel, np.log(1e-5), rtol=1e-6)
    assert (found.energy > 0).all()


@given(st.integers(0, 6000))
@settings(max_examples=40, deadline=None)
def test_frames_are_counted_and_timed(count: int) -> None:
    samples = np.random.default_rng(count).normal(0, 0.1, count).astype(np.float32)
    for recipe, expected in (("hifigan", count // 256), ("kantts", 1 + count // 256)):
        found = mel_features(samples, HIFIGAN, recipe)
        assert found.mel.shape == (expected, 80)
        assert found.energy.shape == (expected,)
        assert mel_frames(count, HIFIGAN, recipe) == expected
        assert np.isfinite(found.mel).all()
    times = frame_times(3, HIFIGAN, "hifigan")
    np.testing.assert_allclose(times * 22050, [128, 384, 640])
