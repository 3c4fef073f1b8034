"""Distances are what their formulas say, and small for what is alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.measure.quality.distance import distance, warp

RATE = 16000


def speech(f0: float, seconds: float = 1.0, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Syllables of changing colour."""
    times = np.arange(int(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    colour = 2 + np.sin(2 * np.pi * 3 * times + rng.uniform(0, 6))
    buzz = sum(np.sin(2 * np.pi * k * f0 * times) / k**colour for k in range(1, 20))
    return (0.1 * buzz * np.abs(np.sin(2 * np.pi * 2 * times)) ** 0.3).astype(np.float32)


def brute_force(a: np.ndarray, b: np.ndarray) -> float:
    costs = np.linalg.norm(a[:, None] - b[None], axis=2)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            total[i + 1, j + 1] = costs[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return float(total[-1, -1])


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 999))
@settings(deadline=None)
def test_the_path_is_the_cheapest(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(rows, 3)), rng.normal(size=(columns, 3))
    i, j, costs = warp(a, b)
    assert (i[0], j[0], i[-1], j[-1]) == (0, 0, rows - 1, columns - 1)
    assert set(zip(np.diff(i).tolist(), np.diff(j).tolist(), strict=True)) <= {(0, 1), (1, 0), (1, 1)}
    np.testing.assert_allclose(costs, np.linalg.norm(a[i] - b[j], axis=1), atol=1e-6)
    assert costs.sum() == pytest.approx(brute_force(a, b), abs=1e-6)


def test_a_sound_is_at_no_distance_from_itself_whatever_its_level_and_margins() -> None:
    near, far = (np.pad(speech(150), margins) for margins in ((1600, 1600), (8000, 4000)))
    found = distance(near, RATE, np.float32(0.3) * far, RATE)
    assert found is not None
    assert found.mcd_db < 0.5
    assert found.f0_rmse_semitones == pytest.approx(0, abs=0.1)
    assert found.duration_ratio == pytest.approx(1, abs=0.03)
    assert found.voicing_error < 0.03


def test_pitch_and_length_are_told_apart() -> None:
    higher = distance(speech(150 * 2 ** (3 / 12)), RATE, speech(150), RATE)
    longer = distance(speech(150, seconds=1.5), RATE, speech(150), RATE)
    assert higher is not None
    assert longer is not None
    assert higher.f0_rmse_semitones == pytest.approx(3, abs=0.3)
    assert longer.duration_ratio == pytest.approx(1.5, abs=0.05)
    assert longer.f0_rmse_semitones == pytest.approx(0, abs=0.3)


def test_other_sounds_are_further_away() -> None:
    near = distance(speech(150, seed=1), RATE, speech(150, seed=1), RATE)
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    far = distance(noise, RATE, speech(150, seed=1), RATE)
    assert near is not None
    assert far is not None
    assert far.mcd_db > near.mcd_db + 3
    assert far.f0_rmse_semitones is None or far.voicing_error > 0.3


def test_silence_has_no_distance() -> None:
    assert distance(np.zeros(RATE, np.float32), RATE, speech(150), RATE) is None
