"""The harmonic source: its sound, its phase over minutes, and that calls may be cut anywhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.vocoder.source import NOISE_STD, HarmonicSource, fundamental_cycles, harmonic_source

RATE, HOP = 16000, 200


def voiced(frames: int, f0: float = 200.0) -> tuple[np.ndarray, np.ndarray]:
    return np.full(frames, f0, np.float32), np.ones(frames, np.float32)


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8), st.integers(0, 2**32))
def test_cuts_between_calls_do_not_show(chunks: list[int], seed: int) -> None:
    frames = sum(chunks)
    rng = np.random.default_rng(seed)
    f0 = rng.uniform(60, 500, frames).astype(np.float32)
    uv = rng.uniform(0, 1, frames).astype(np.float32)
    whole = HarmonicSource(8, RATE, HOP, seed).advance(f0, uv)
    assert whole.shape == (8, frames * HOP)
    assert whole.dtype == np.float32
    source, bounds = HarmonicSource(8, RATE, HOP, seed), np.cumsum(chunks)[:-1]
    parts = [source.advance(*cut) for cut in zip(np.split(f0, bounds), np.split(uv, bounds), strict=True)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_every_sine_sits_on_its_harmonic() -> None:
    sines = HarmonicSource(8, RATE, HOP, seed=1).advance(*voiced(80))  # 1 s: bin n is n Hz
    spectrum = np.abs(np.fft.rfft(sines, axis=1))
    np.testing.assert_array_equal(spectrum.argmax(axis=1), 200 * np.arange(1, 9))
    np.testing.assert_allclose(spectrum.max(axis=1) / (RATE / 2), 0.1, atol=1e-3)


def test_unvoiced_frames_are_noise_alone() -> None:
    f0, _ = voiced(200)
    noise = HarmonicSource(8, RATE, HOP, seed=2).advance(f0, np.full(200, 0.6, np.float32))
    np.testing.assert_allclose(noise.std(axis=1), 0.1 / 3, rtol=0.03)
    assert np.abs(np.corrcoef(noise) - np.eye(8)).max() < 0.03


def test_the_fundamental_starts_at_phase_zero_and_the_seed_decides_the_rest() -> None:
    first, again, other = (HarmonicSource(3, RATE, HOP, seed).advance(*voiced(1)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    ideal = 0.1 * np.sin(2 * np.pi * 200 / RATE * np.arange(1, HOP + 1))
    assert np.abs(first[0] - ideal).max() < 6 * NOISE_STD
    assert np.abs(first[1] - other[1]).max() > 0.02


@pytest.mark.parametrize("f0", [233.08, 61.7])
def test_phase_after_five_minutes_is_exact(f0: float) -> None:
    frames = 300 * RATE // HOP
    cycles = fundamental_cycles(np.full(frames, f0, np.float32), RATE, HOP)
    exact = Fraction(float(np.float32(f0))) * 300
    assert abs(float(Fraction(cycles[-1]) - exact)) < 1e-6


def test_given_phases_and_noise_are_used_as_given() -> None:
    cycles = np.array([0.0, 0.25, 0.5])
    noise = np.array([[0.0, 0.0, 0.003], [0.001, 0.0, 0.003]])
    source = harmonic_source(cycles, np.array([1.0, 1.0, 0.0]), np.array([9.9, np.pi / 2]), noise)
    np.testing.assert_allclose(source, [[0, 0.1, 0.1 / 3], [0.101, -0.1, 0.1 / 3]], atol=1e-7)
