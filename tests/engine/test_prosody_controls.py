"""Speed, pitch, pitch range, energy and emphasis, in numbers and in sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.engine.options import SynthesisOptions
from langsong.engine.pipeline import Pipeline
from langsong.engine.prosody import Contours, Controls, UnitControls, controlled
from langsong.engine.prosody_emphasis import emphasis_controls
from langsong.engine.prosody_measure import measure_contours, measure_prosody
from langsong.engine.resolve import resolve
from langsong.engine.synthesizer import Synthesizer
from langsong.text.frontend import Frontend
from langsong.types import Emphasis, Float32, Utterance

Speaker = Callable[..., Synthesizer]

UNITS = 6
PREDICTED = Contours(
    np.array([3, 5, 2, 8, 4, 10], np.float32),
    np.array([0.5, 1.5, -0.5, 0.0, 1.0, -1.0], np.float32),
    np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32),
)
ORIGINS = np.arange(UNITS)


def test_nothing_asked_for_changes_nothing() -> None:
    for one, other in zip(controlled(PREDICTED, Controls(), ORIGINS), PREDICTED, strict=True):
        np.testing.assert_array_equal(one, other)


@given(st.floats(0, 3))
def test_pitch_range_scales_about_the_mean_of_what_is_spoken(factor: float) -> None:
    spoken = np.array([True, True, True, True, True, False])
    found = controlled(PREDICTED, Controls(pitch_range=factor, spoken=spoken), ORIGINS)
    mean = np.average(PREDICTED.pitch[:5], weights=PREDICTED.durations[:5])
    np.testing.assert_allclose(found.pitch - mean, factor * (PREDICTED.pitch - mean), atol=1e-5)
    assert np.average(found.pitch[:5], weights=PREDICTED.durations[:5]) == pytest.approx(mean, abs=1e-5)


@given(st.floats(0.25, 4), st.floats(-2, 2), st.floats(-2, 2))
def test_the_rest_is_added_and_divided(speed: float, pitch: float, energy: float) -> None:
    found = controlled(PREDICTED, Controls(speed=speed, pitch_shift=pitch, energy_shift=energy), ORIGINS)
    np.testing.assert_allclose(found.durations, PREDICTED.durations / speed, rtol=1e-5)
    np.testing.assert_allclose(found.pitch, PREDICTED.pitch + pitch, atol=1e-5)
    np.testing.assert_allclose(found.energy, PREDICTED.energy + energy, atol=1e-5)


def test_controls_of_units_follow_them_past_filled_pauses() -> None:
    units = UnitControls(*(np.array(x, np.float32) for x in ([1, 2, 1], [1, 1, 1], [0, 0.5, 0], [0, 1, 0])))
    origins = np.array([0, -1, -1, -1, 1, 2])
    found = controlled(PREDICTED, Controls(units=units), origins)
    np.testing.assert_allclose(found.durations, PREDICTED.durations * [1, 1, 1, 1, 2, 1])
    np.testing.assert_allclose(found.pitch - PREDICTED.pitch, [0, 0, 0, 0, 0.5, 0], atol=1e-6)
    np.testing.assert_allclose(found.energy - PREDICTED.energy, [0, 0, 0, 0, 1, 0], atol=1e-6)


def emphasised(text: str) -> Utterance:
    frontend = Frontend()
    (passage,) = frontend.passages(text)
    (utterance,) = frontend.utterances(passage)
    return utterance


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我[强调]今天[/强调]去公园。", {"今天"}),
        ("我今天去[强调]公园[/强调]。", {"公园"}),
        ("[强调]我今天去公园。", {"我", "今天", "去", "公园"}),
        ("一共[强调]25[/强调]块钱。", {"二十五块钱"}),
        ("<speak>我<emphasis>今</emphasis>天去公园。</speak>", {"今天"}),
        ("我今天去公园。", set()),
    ],
)
def test_emphasis_is_about_words(text: str, words: set[str]) -> None:
    utterance = emphasised(text)
    found = emphasis_controls(utterance, lambda x: x, lambda x: x)
    assert (found is None) == (not words)
    if found is not None:
        stressed = {index for index, x in zip(utterance.unit_words, found.stretch, strict=True) if x > 1}
        said = "".join(utterance.words[index].text for index in sorted(i for i in stressed if i is not None))
        assert None not in stressed
        assert said
        assert all(said in word or word in said for word in words)


def test_levels_and_what_follows() -> None:
    for level, sign in (("strong", 1), ("moderate", 1), ("reduced", -1)):
        utterance = emphasised(f"<speak>我<emphasis level='{level}'>今天</emphasis>去公园。</speak>")
        found = emphasis_controls(utterance, lambda x: x, lambda x: x)
        assert found is not None
        at = [index for index, word in enumerate(utterance.unit_words) if word == 1]
        for changed in (found.stretch - 1, found.pitch_range - 1, found.pitch_shift, found.energy_shift):
            assert all(np.sign(changed[i]) == sign for i in at)
        assert set(found.pitch_range[: at[0]]) == {1.0}
        after = set(found.pitch_range[at[-1] + 1 :])
        assert after == ({1.0} if sign < 0 else after)
        assert max(after) <= 1.0
    strong, moderate = (
        emphasis_controls(emphasised(f"<speak><emphasis level='{x}'>好</emphasis></speak>"), float, float)
        for x in ("strong", "moderate")
    )
    assert strong is not None
    assert moderate is not None
    assert (strong.stretch >= moderate.stretch).all()


def test_emphases_keep_their_places_in_long_texts() -> None:
    text = "我们" + "今天去公园散步，" * 10 + "[强调]再见[/强调]。"
    frontend = Frontend()
    utterances = [u for passage in frontend.passages(text) for u in frontend.utterances(passage)]
    assert len(utterances) > 1
    assert [u.emphases for u in utterances[:-1]] == [()] * (len(utterances) - 1)
    (emphasis,) = utterances[-1].emphases
    assert utterances[-1].text[emphasis.start : emphasis.end] == "再见"
    assert emphasis == Emphasis(emphasis.start, emphasis.end, "moderate")


@pytest.fixture(scope="module")
def planned(embedded: Synthesizer) -> Callable[..., tuple[Float32, Float32, int]]:
    """Pitch (semitones), energy (dB) and frames that the embedded voice plans for a sentence."""
    pipeline, manifest = Pipeline(embedded.voice, embedded.runtime), embedded.voice.manifest
    assert manifest.pitch is not None
    assert manifest.energy is not None
    utterance = Frontend(manifest.conventions).utterance("今天天气真好。", speaker=manifest.defaults.speaker)
    octave, decade = np.log(2) / 12 / manifest.pitch.std, np.log(10) / 20 / manifest.energy.std

    def plan(**options: object) -> tuple[Float32, Float32, int]:
        resolved = resolve(SynthesisOptions.parse({"sentence_pause": 0, **options}), manifest)
        found = pipeline._acoustics.plan([pipeline.acoustic_input(utterance, resolved)])
        return found.pitch[0] / octave, found.energy[0] / decade, int(found.frames[0])

    return plan


def test_units_are_semitones_and_decibels(planned: Callable[..., tuple[Float32, Float32, int]]) -> None:
    pitch, energy, frames = planned()
    higher, same, _ = planned(pitch=3)
    np.testing.assert_allclose(higher - pitch, 3, atol=1e-3)
    np.testing.assert_allclose(same, energy, atol=1e-3)
    same, louder, _ = planned(energy=-6)
    np.testing.assert_allclose(louder - energy, -6, atol=1e-3)
    np.testing.assert_allclose(same, pitch, atol=1e-3)
    flat, _, count = planned(pitch_range=0)
    assert np.ptp(flat) == pytest.approx(0, abs=1e-3)
    assert count == frames
    wide, _, _ = planned(pitch_range=2)
    assert np.ptp(wide) == pytest.approx(2 * np.ptp(pitch), rel=1e-3)
    assert planned(speed=2)[2] < 0.7 * frames


@pytest.mark.slow
def test_they_are_heard(embedded: Synthesizer) -> None:
    def measured(**options: object) -> tuple[float, float, float]:
        audio = embedded.say("今天天气真好，我们去公园散步吧。", **options)
        found = measure_prosody(audio.samples, audio.sample_rate)
        return 12 * np.log2(found.f0_mean_hz), found.f0_range_st, found.level_db

    mean, span, level = measured()
    assert measured(pitch=-4)[0] < measured(pitch=-2)[0] < mean < measured(pitch=2)[0] < measured(pitch=4)[0]
    assert measured(pitch_range=0.3)[1] < span < measured(pitch_range=2)[1]
    assert measured(energy=-6)[2] < level - 2
    assert measured(volume=-6)[2] == pytest.approx(level - 6, abs=0.2)


def test_f0_level_and_syllables_of_a_known_sound() -> None:
    rate = 16000
    time = np.arange(2 * rate) / rate
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (np.sin(np.pi * time) * 3 / 12)) / rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 10)) * (0.5 - 0.45 * np.cos(2 * np.pi * 4 * time))
    sound = np.pad(0.2 * voice, rate // 2).astype(np.float32)
    found = measure_prosody(sound, rate)
    assert found.seconds == pytest.approx(2.0, abs=0.15)
    assert found.f0_mean_hz == pytest.approx(150, rel=0.03)
    assert found.f0_range_st == pytest.approx(12 * np.log2(2 ** (2 * 3 * np.sin(0.8 * np.pi / 2) / 12)), abs=0.4)
    assert len(measure_contours(sound, rate).nuclei_s) == 8
    assert measure_prosody(sound * 0.1, rate).level_db == pytest.approx(found.level_db - 20, abs=0.1)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(8000), np.full(8000, 0.1)])
def test_silence_has_no_prosody(samples: np.ndarray) -> None:
    found = measure_prosody(samples.astype(np.float32), 16000)
    assert found.f0_mean_hz == 0
    assert found.rate == 0
