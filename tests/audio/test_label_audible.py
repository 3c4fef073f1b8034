"""The label that listeners hear: its rhythm, its pitch, and the times of the words after it."""

from __future__ import annotations

import numpy as np
import pytest

from langsong.audio.audible_label import announced, rhythm
from langsong.types import AudioChunk, PhoneTiming, WordTiming, join_chunks

RATES = [8000, 16000, 22050, 24000, 44100, 48000]


def runs(samples: np.ndarray, rate: int) -> list[tuple[bool, float]]:
    """Sound and silence in turn, with seconds, by the level of each 10 ms."""
    frames = samples[: len(samples) // (rate // 100) * (rate // 100)].reshape(-1, rate // 100)
    loud = (np.sqrt(np.mean(frames**2, axis=1)) > 0.02).tolist()
    found: list[tuple[bool, float]] = []
    for value in loud:
        if found and found[-1][0] == value:
            found[-1] = (value, found[-1][1] + 0.01)
        else:
            found.append((value, 0.01))
    return found


@pytest.mark.parametrize("rate", RATES)
def test_short_long_short_short(rate: int) -> None:
    """In dots of 0.1 s: A = 1 and 3, I = 1 and 1; one between marks, three between letters."""
    expected = [(True, 1), (False, 1), (True, 3), (False, 3), (True, 1), (False, 1), (True, 1)]
    found = runs(rhythm(rate), rate)
    assert [sounds for sounds, _ in found] == [sounds for sounds, _ in expected]
    np.testing.assert_allclose([s for _, s in found], [0.1 * dots for _, dots in expected], atol=0.021)


@pytest.mark.parametrize("rate", RATES)
def test_it_is_a_clean_tone(rate: int) -> None:
    cue = rhythm(rate)
    assert cue.dtype == np.float32
    assert len(cue) == pytest.approx(1.1 * rate, abs=8)
    assert 0.23 < np.abs(cue).max() <= 0.25
    assert np.abs(np.diff(cue)).max() < 0.25 * 2 * np.pi * 800 / rate + 0.01  # no clicks at the edges
    spectrum = np.abs(np.fft.rfft(cue)) ** 2
    heard = np.fft.rfftfreq(len(cue), 1 / rate)
    assert spectrum[(heard > 750) & (heard < 850)].sum() > 0.98 * spectrum.sum()


@pytest.mark.parametrize("again", [False, True])
def test_speech_comes_after_it_as_it_was(again: bool) -> None:
    rate = 16000
    word = WordTiming("你好", 0.1, 0.5, (PhoneTiming("n_c", "3", 0.1, 0.2),))
    speech = [
        AudioChunk(np.full(rate, 0.5, np.float32), rate, 0.0, (word,), "你好。"),
        AudioChunk(np.full(rate // 2, 0.25, np.float32), rate, 1.0),
    ]
    cue = rhythm(rate)
    heard = list(announced(iter(speech), cue, rate, again=again))
    starts = np.cumsum([0, *(len(chunk.samples) for chunk in heard)]) / rate
    np.testing.assert_allclose([chunk.start_s for chunk in heard], starts[:-1])
    whole = join_chunks(heard, rate)
    np.testing.assert_array_equal(whole.samples[: len(cue)], cue)
    offset = heard[1].start_s
    assert offset > len(cue) / rate + 0.2
    first = round(offset * rate)
    np.testing.assert_array_equal(whole.samples[first : first + rate * 3 // 2], join_chunks(speech, rate).samples)
    (moved,) = whole.words
    assert (moved.start_s, moved.end_s) == pytest.approx((offset + 0.1, offset + 0.5))
    assert moved.phones[0].start_s == pytest.approx(offset + 0.1)
    assert whole.text == "你好。"
    if again:
        np.testing.assert_array_equal(whole.samples[-len(cue) :], cue)
    else:
        assert len(heard) == 3


def test_no_speech_has_its_label_all_the_same() -> None:
    heard = list(announced(iter([]), rhythm(8000), 8000, again=True))
    assert [chunk.start_s for chunk in heard] == [0.0, pytest.approx(len(heard[0].samples) / 8000)]
