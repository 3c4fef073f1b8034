"""Resampling keeps the sound, the length, and does not show where it was cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.resample import StreamResampler, resample

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]


def tone(frequency: float, rate: int, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def streamed(samples: np.ndarray, rate_in: int, rate_out: int, bounds: list[int]) -> np.ndarray:
    stream = StreamResampler(rate_in, rate_out)
    parts = [stream.feed(part) for part in np.split(samples, sorted(bounds))]
    return np.concatenate([*parts, stream.flush()])


@given(
    st.integers(0, 3000),
    st.lists(st.integers(0, 3000), max_size=6),
    st.sampled_from(RATES),
    st.sampled_from(RATES),
)
@settings(max_examples=60, deadline=None)
def test_cuts_do_not_show_and_the_length_is_right(count: int, bounds: list[int], rate_in: int, rate_out: int) -> None:
    samples = np.random.default_rng(count).uniform(-1, 1, count).astype(np.float32)
    whole = resample(samples, rate_in, rate_out)
    assert whole.dtype == np.float32
    assert abs(len(whole) - count * rate_out / rate_in) <= 1
    np.testing.assert_array_equal(streamed(samples, rate_in, rate_out, bounds), whole)


@pytest.mark.parametrize(("rate_in", "rate_out"), [(22050, 48000), (24000, 16000), (48000, 8000), (16000, 44100)])
def test_a_tone_stays_the_same_tone(rate_in: int, rate_out: int) -> None:
    resampled = resample(tone(440, rate_in, 1.0), rate_in, rate_out)
    middle = slice(rate_out // 10, -rate_out // 10)  # the ends ring
    assert np.abs(resampled - tone(440, rate_out, 1.0))[middle].max() < 1e-3


def test_what_the_lower_rate_cannot_carry_vanishes() -> None:
    resampled = resample(tone(7000, 48000, 1.0), 48000, 8000)
    assert np.abs(resampled[400:-400]).max() < 1e-3


def test_strided_samples_are_read_in_order() -> None:
    stereo = np.stack([tone(440, 16000, 0.1), np.zeros(1600, np.float32)], axis=1)
    np.testing.assert_array_equal(resample(stereo[:, 0], 16000, 24000), resample(stereo[:, 0].copy(), 16000, 24000))
