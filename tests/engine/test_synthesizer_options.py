"""Options and what is heard of them: durations, pitch, volume, speakers, sample rates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from speech_checks import LONG, STREAMED_EQUALS_WHOLE, Speaker, check_chunks, joined

from langsong.audio.resample import resample
from langsong.engine.options import SynthesisOptions
from langsong.engine.pipeline import Pipeline
from langsong.engine.resolve import resolve
from langsong.engine.synthesizer import Synthesizer
from langsong.text.frontend import Frontend


def test_speed_scales_the_duration(embedded_fast: Synthesizer) -> None:
    embedded, text = embedded_fast, "今天天气真好。"
    normal = embedded.say(text, sentence_pause=60).duration_s
    for speed in (0.7, 2.0):
        scaled = embedded.say(text, sentence_pause=60, speed=speed).duration_s
        assert scaled * speed == pytest.approx(normal, rel=0.06)


def median_f0(samples: np.ndarray, rate: int) -> float:
    """Hz: the median over voiced frames of the highest peak of the autocorrelation between 60 and 500 Hz."""
    frame, hop = int(0.05 * rate), int(0.01 * rate)
    shortest, longest = rate // 500, rate // 60
    found = []
    for start in range(0, len(samples) - frame, hop):
        x = samples[start : start + frame].astype(np.float64)
        if np.sqrt(np.mean(x**2)) < 0.03:
            continue
        x = x - x.mean()
        spectrum = np.fft.rfft(x, 2 * frame)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:frame] / np.linspace(1, 1e-3, frame)
        lag = shortest + int(np.argmax(correlation[shortest:longest]))
        if correlation[lag] > 0.6 * correlation[0]:
            found.append(rate / lag)
    assert len(found) > 20
    return float(np.median(found))


@pytest.mark.parametrize(("who", "shifts"), [("qinglan", (-4, 0, 4)), ("songbai", (0, 4))])
def test_pitch_moves_the_measured_f0_and_leaves_the_durations(
    embedded_fast: Synthesizer, who: str, shifts: tuple[int, ...]
) -> None:
    """The lowest speaker of the early embedded voice goes up alone."""
    said = [embedded_fast.say("今天天气真好。", pitch=p, speaker=who) for p in shifts]
    f0 = [median_f0(audio.samples, audio.sample_rate) for audio in said]
    for lower, higher in itertools.pairwise(f0):
        assert lower * 1.05 < higher
    low, high = (180, 350) if who == "qinglan" else (80, 180)
    assert low < f0[0] < f0[-1] < high
    assert all(audio.words == said[0].words for audio in said)


@pytest.mark.parametrize("semitones", [-12.0, -1.0, 5.0, 12.0])
def test_semitones_in_the_units_of_the_predicted_pitch(
    speaker: Speaker, embedded_fast: Synthesizer, semitones: float
) -> None:
    """On a logarithmic scale everywhere the same; on a linear one exact at the mean."""
    for synthesizer, scale in ((embedded_fast, "log"), (speaker("nsf"), "linear")):
        manifest = synthesizer.voice.manifest
        options = resolve(SynthesisOptions(pitch=semitones), manifest)
        utterance = Frontend(manifest.conventions).utterance("你好。", speaker=options.speaker.main)
        shift = Pipeline(synthesizer.voice, synthesizer.runtime).acoustic_input(utterance, options).controls.pitch_shift
        pitch = manifest.pitch
        assert pitch is not None
        assert pitch.scale == scale
        moved = pitch.mean + shift * pitch.std
        ratio = np.exp(moved - pitch.mean) if scale == "log" else moved / pitch.mean
        assert ratio == pytest.approx(2 ** (semitones / 12))


@pytest.mark.parametrize("volume", [-60.0, -6.0, 0.5, 20.0])
def test_volume_scales_by_decibels_exactly(speaker: Speaker, volume: float) -> None:
    synthesizer = speaker("base")
    plain, scaled = (synthesizer.say("你好，世界。", volume=v).samples for v in (0.0, volume))
    np.testing.assert_allclose(scaled, plain * 10 ** (volume / 20), rtol=1e-5, atol=0)


@pytest.mark.parametrize("change", [{"speaker": "M7"}, {"emotion": "happy"}])
def test_speakers_and_emotions_are_heard(speaker: Speaker, change: dict[str, str]) -> None:
    plain, changed = (speaker().say("你好，世界。", **options).samples for options in ({}, change))
    shortest = min(len(plain), len(changed))
    assert np.abs(plain[:shortest] - changed[:shortest]).max() > 1e-2


def test_the_intensity_of_an_emotion_is_heard(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    neutral, none, half, full, named, double = (
        synthesizer.say("你好，世界。", **options).samples
        for options in (
            {"emotion": "neutral"},
            {"emotion": "sad", "intensity": 0.0},
            {"emotion": "sad", "intensity": 0.5},
            {"emotion": "sad", "intensity": 1.0},
            {"emotion": "sad"},
            {"emotion": "sad", "intensity": 2.0},
        )
    )
    np.testing.assert_allclose(none, neutral, atol=1e-5)
    np.testing.assert_array_equal(full, named)
    for one, other in itertools.combinations((neutral, half, full, double), 2):
        assert one.shape != other.shape or np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 48000])
@pytest.mark.parametrize("variant", ["base", "causal_24k"])
def test_any_sample_rate(speaker: Speaker, variant: str, rate: int) -> None:
    synthesizer = speaker(variant)
    own, other = synthesizer.say(LONG), synthesizer.say(LONG, sample_rate=rate)
    assert other.sample_rate == rate
    assert abs(len(other.samples) - len(own.samples) * rate / own.sample_rate) <= 1
    chunks = list(synthesizer.stream(LONG, sample_rate=rate))
    check_chunks(chunks, rate)
    np.testing.assert_allclose(joined(chunks), other.samples, atol=STREAMED_EQUALS_WHOLE, rtol=0)
    expected = resample(own.samples, own.sample_rate, rate)
    np.testing.assert_allclose(other.samples, expected[: len(other.samples)], atol=1e-3, rtol=0)
    assert [w.text for w in other.words] == [w.text for w in own.words]
