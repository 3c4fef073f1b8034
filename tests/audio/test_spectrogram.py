"""The spectrogram is SciPy's, whatever SciPy there is or is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.spectrogram import spectrogram
from langsong.errors import AudioError, OptionError
from release_check import interpreter

HERE = Path(__file__).parent
ORACLE = json.loads((HERE / "data" / "scipy_spectrograms.json").read_text(encoding="utf-8"))


def signal(samples: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """As in scipy_spectrograms.py."""
    n = np.arange(samples)
    return np.sin(0.31 * n) + 0.3 * np.cos(0.0007 * n * n) + 0.25 + 0.001 * n


def agrees(row: dict[str, Any]) -> None:
    options = dict(row["case"])
    frequencies, times, power = spectrogram(signal(options.pop("samples")), 8000, **options)
    np.testing.assert_allclose([frequencies[0], frequencies[-1], len(frequencies)], row["frequencies_hz"])
    np.testing.assert_allclose([times[0], times[-1], len(times)], row["times_s"])
    assert power.shape == (len(frequencies), len(times))
    for column, expected in zip((power[:, 0], power[:, -1]), row["columns"], strict=True):
        np.testing.assert_allclose(column, expected, rtol=1e-8, atol=1e-18)
    np.testing.assert_allclose(power.sum(), row["total"], rtol=1e-9)


@pytest.mark.parametrize("row", ORACLE["rows"], ids=lambda row: "-".join(map(str, row["case"].values())))
def test_it_is_what_scipy_computes(row: dict[str, Any]) -> None:
    agrees(row)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "packages"),
    [("3.10", ["scipy==1.8.1", "numpy<1.24"]), ("3.11", ["scipy==1.11.4", "numpy<2"]), ("3.12", ["scipy>=1.17"])],
    ids=["1.8", "1.11", "current"],
)
def test_every_scipy_says_the_same(tmp_path: Path, python: str, packages: list[str]) -> None:
    found = interpreter(python)
    if found is None:
        pytest.skip(f"no Python {python} here")
    subprocess.run([found, "-m", "venv", tmp_path], check=True)
    commands = tmp_path / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([commands / "pip", "install", "--quiet", *packages], check=True)
    printed = subprocess.run(
        [commands / "python", HERE / "scipy_spectrograms.py"], check=True, capture_output=True, text=True
    ).stdout
    for row in json.loads(printed)["rows"]:
        agrees(row)


@given(
    samples=st.integers(1, 600),
    nperseg=st.integers(1, 700),
    share=st.floats(0, 0.999),
    more=st.integers(0, 64),
)
@settings(deadline=None)
def test_any_sensible_numbers_give_finite_power_for_any_length(
    samples: int, nperseg: int, share: float, more: int
) -> None:
    overlap = int(share * nperseg)
    frequencies, times, power = spectrogram(
        signal(samples), 16000, nperseg=nperseg, noverlap=overlap, nfft=nperseg + more
    )
    assert power.shape == (len(frequencies), len(times))
    assert len(times) >= 1
    assert 0 <= times[0] <= times[-1] <= samples / 16000
    assert np.isfinite(power).all()
    assert (power >= 0).all()


def test_the_power_of_a_tone_is_where_it_is_and_as_much_as_it_has() -> None:
    tone = np.sqrt(2) * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    found = spectrogram(tone.astype(np.float32), 16000, nperseg=512)
    assert found.frequencies_hz[found.power.mean(axis=1).argmax()] == pytest.approx(1000, abs=16)
    width = found.frequencies_hz[1]
    np.testing.assert_allclose(found.power.sum(axis=0) * width, 1.0, rtol=0.01)  # Parseval


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_samples_of_any_type(kind: type) -> None:
    numbers = (signal(500) * 1000).astype(kind)
    np.testing.assert_allclose(spectrogram(numbers, 8000).power, spectrogram(numbers.astype(float), 8000).power)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"nperseg": 0}, "nperseg = 0"),
        ({"nperseg": 64, "noverlap": 64}, "noverlap = 64: must be at least 0 and less than nperseg = 64"),
        ({"noverlap": -1}, "noverlap = -1"),
        ({"nperseg": 64, "nfft": 32}, "nfft = 32: must be at least a segment of 64"),
    ],
)
def test_numbers_that_make_no_sense(options: dict[str, int], complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint):
        spectrogram(signal(1000), 8000, **options)


def test_what_is_no_sound() -> None:
    for samples in (np.zeros(0), np.zeros((2, 100))):
        with pytest.raises(AudioError, match="mix to mono"):
            spectrogram(samples, 8000)
    with pytest.raises(OptionError, match="sample_rate = 0"):
        spectrogram(np.zeros(10), 0)
