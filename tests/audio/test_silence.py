"""Speech is cut where it begins and ends, and made equally loud."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.loudness import PEAK_DBFS, set_level, speech_level
from langsong.audio.silence import speech_bounds, speech_in_noise


@pytest.mark.parametrize("rate", ["8k", "16k", "24k", "48k"])
def test_the_cut_of_kantts(shared: Path, rate: str) -> None:
    oracle = shared / "reference" / "oracle"
    config = json.loads((oracle / f"features_{rate}.json").read_text(encoding="utf-8"))
    with np.load(oracle / f"features_{rate}.npz") as arrays:
        samples, expected = arrays["pcm_int16"].astype(np.float32) / 32768, int(arrays["trimmed_len"])
    start, end = speech_bounds(
        samples,
        frame_length=config["win_length"],
        hop_length=config["hop_length"],
        threshold_db=config["trim_silence_threshold_db"],
    )
    assert end - start == expected


def burst(before_s: float, after_s: float, noise: float, rumble: float = 0.02, rate: int = 16000) -> np.ndarray:
    """A second of voice between stretches of noise, on a rumble of 20 Hz."""
    rng = np.random.default_rng(5)
    times = np.arange(rate) / rate
    speech = 0.2 * np.sin(2 * np.pi * 200 * times) * (1 + np.sin(2 * np.pi * 4 * times)) / 2 + rng.normal(0, 0.03, rate)
    whole = np.concatenate([np.zeros(int(before_s * rate)), speech, np.zeros(int(after_s * rate))])
    whole += rng.normal(0, noise, len(whole))
    return (whole + rumble * np.sin(2 * np.pi * 20 * np.arange(len(whole)) / rate)).astype(np.float32)


@given(st.floats(0.2, 1.0), st.floats(0.2, 1.0), st.sampled_from([1e-5, 1e-4, 1e-3]))
@settings(max_examples=25, deadline=None)
def test_speech_is_found_in_noise_and_rumble(before_s: float, after_s: float, noise: float) -> None:
    sound = burst(before_s, after_s, noise)
    start, end = speech_in_noise(sound, 16000)
    assert abs(start / 16000 - before_s) < 0.03
    assert abs((len(sound) - end) / 16000 - after_s) < 0.03


@pytest.mark.parametrize("padding_s", [0.1, 0.5, 2.0])
def test_digital_silence_does_not_hide_the_noise(padding_s: float) -> None:
    sound = burst(0.6, 0.4, 1e-3)
    zeros = np.zeros(int(padding_s * 16000), np.float32)
    start, end = speech_in_noise(np.concatenate([zeros, sound, zeros]), 16000)
    assert (start - len(zeros)) / 16000 == pytest.approx(0.6, abs=0.03)
    assert (end - len(zeros)) / 16000 == pytest.approx(1.6, abs=0.03)


def test_clicks_are_no_speech_and_silence_has_none() -> None:
    sound = burst(0.5, 0.5, 1e-4)
    sound[1600:1604] = 0.9
    assert speech_in_noise(sound, 16000)[0] > 0.4 * 16000
    for empty in (np.zeros(8000, np.float32), np.zeros(0, np.float32)):
        assert speech_in_noise(empty, 16000) == (0, 0)
        assert speech_bounds(empty, frame_length=400, hop_length=160, threshold_db=60) == (0, 0)


@given(st.floats(0.01, 2.0), st.floats(-35, -15))
@settings(max_examples=25, deadline=None)
def test_the_level_is_set_unless_peaks_forbid_it(gain: float, level: float) -> None:
    sound = np.float32(gain) * burst(0.5, 1.0, 1e-4)
    found = set_level(sound, 16000, level)
    peak = np.abs(found).max()
    assert peak <= 10 ** (PEAK_DBFS / 20) + 1e-4
    if peak < 0.9:
        assert speech_level(found, 16000) == pytest.approx(level, abs=0.01)


def test_pauses_do_not_count_as_speech() -> None:
    long, short = burst(0.1, 0.1, 1e-4, 1e-4), burst(0.1, 4.0, 1e-4, 1e-4)
    assert speech_level(long, 16000) == pytest.approx(speech_level(short, 16000), abs=1.0)
    assert speech_level(np.zeros(1600, np.float32), 16000) == -np.inf
    assert not set_level(np.zeros(1600, np.float32), 16000, -20).any()
