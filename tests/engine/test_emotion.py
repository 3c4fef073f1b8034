"""Names, mixtures and what they become in a voice's table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.engine.emotion import HEARD, MOST, EmotionSpec, HeardRow, capped, combined, emotion_spec
from langsong.engine.emotion_names import EIGHT, canonical, find_emotion, known_names
from langsong.engine.mixture import format_shares, parse_shares
from langsong.engine.options import SynthesisOptions
from langsong.engine.resolve import resolve
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError

Speaker = Callable[..., Synthesizer]

FEW = ("neutral", "happy", "sad", "angry", "fear", "surprise", "gentle")
NAMES = tuple(f"emotion_{name}" for name in FEW)
TABLE = np.random.default_rng(3).standard_normal((len(FEW), 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("written", "name", "exact"),
    [
        ("happy", "happy", True),
        ("Emotion_Happy", "happy", True),
        ("高兴", "happy", True),
        ("生气", "angry", True),
        ("fear", "fear", True),
        ("afraid", "fear", True),
        ("害怕", "fear", True),
        ("surprised", "surprise", True),
        ("惊讶", "surprise", True),
        ("中性", "neutral", True),
        ("disgust", "angry", False),
        ("hate", "angry", False),
        ("melancholic", "sad", False),
        ("低落", "sad", False),
        ("calm", "gentle", False),
        ("excited", "happy", False),
        ("anxiety", "fear", False),
        ("serious", "neutral", False),
        ("disappointed", "sad", False),
    ],
)
def test_names_of_other_systems(written: str, name: str, exact: bool) -> None:
    assert find_emotion(written, FEW) == (name, exact)


@given(st.sampled_from(sorted(known_names())), st.sets(st.sampled_from(FEW)))
def test_every_known_name_finds_something(name: str, available: set[str]) -> None:
    found = find_emotion(name, available)
    assert found is not None
    assert found.name in available | {"neutral"}


def test_the_eight_are_themselves() -> None:
    assert [canonical(name) for name in EIGHT] == list(EIGHT)
    assert canonical("blue") is None
    assert find_emotion("blue", FEW) is None


@given(st.dictionaries(st.sampled_from(FEW), st.floats(0.01, 5), min_size=1))
def test_mixtures_are_read_as_they_are_written(shares: dict[str, float]) -> None:
    assert dict(parse_shares(format_shares(shares))) == shares


def test_forms_of_a_mixture() -> None:
    written = SynthesisOptions.parse({"emotion": " happy : 0.6 ＋ sad：0.4 "})
    assert parse_shares(written.emotion or "") == (("happy", 0.6), ("sad", 0.4))
    mapping = SynthesisOptions.parse({"emotion": {"happy": 0.6, "sad": 0.4}})
    assert parse_shares(mapping.emotion or "") == (("happy", 0.6), ("sad", 0.4))
    eight = SynthesisOptions.parse({"emotion": [0.6, 0, 0.4, 0, 0, 0, 0, 0]})
    assert eight == mapping
    assert SynthesisOptions.parse({"emotion": [0] * 8}).emotion == "neutral"
    assert SynthesisOptions.parse(eight.model_dump()) == eight
    assert SynthesisOptions.model_validate_json(eight.model_dump_json()) == eight


def row(spec: EmotionSpec, intensity: float = 1.0) -> np.ndarray:
    return spec.row(TABLE, NAMES, intensity)


def test_one_emotion_is_its_row() -> None:
    np.testing.assert_allclose(row(EmotionSpec((("sad", 1.0),))), TABLE[2], rtol=1e-6)
    np.testing.assert_allclose(row(EmotionSpec()), TABLE[0])
    np.testing.assert_allclose(row(EmotionSpec((("sad", 1.0),)), 0.0), TABLE[0])


def test_what_lacks_to_one_is_neutral() -> None:
    mixed = row(EmotionSpec((("happy", 0.3), ("sad", 0.2))))
    np.testing.assert_allclose(mixed, 0.5 * TABLE[0] + 0.3 * TABLE[1] + 0.2 * TABLE[2], rtol=1e-5)


@given(
    st.dictionaries(st.sampled_from(FEW[1:]), st.floats(0.01, 2), min_size=1),
    st.floats(0, 2),
)
def test_intensity_scales_the_distance_from_neutral_and_is_capped(weights: dict[str, float], intensity: float) -> None:
    spec = EmotionSpec(tuple(weights.items()))
    total = sum(weights.values())
    direction = sum(w * (TABLE[FEW.index(n)] - TABLE[0]) for n, w in weights.items())
    factor = min(intensity, MOST / total)
    np.testing.assert_allclose(row(spec, intensity) - TABLE[0], factor * direction, rtol=1e-3, atol=1e-4)
    farthest = max(np.linalg.norm(TABLE[i] - TABLE[0]) for i in range(len(FEW)))
    assert np.linalg.norm(row(spec, intensity) - TABLE[0]) <= MOST * farthest * 1.001


@given(st.dictionaries(st.sampled_from(FEW), st.floats(0, 5)))
def test_mixtures_are_capped_at_one(weights: dict[str, float]) -> None:
    felt = sum(w for n, w in capped(weights).items() if n != "neutral")
    assert felt <= 1.0 + 1e-9
    if sum(w for n, w in weights.items() if n != "neutral") <= 1:
        assert capped(weights) == weights


def test_what_a_recording_says_is_mixed_in_as_a_row() -> None:
    heard = HeardRow((3.0,) * TABLE.shape[1], "sad")
    spec, _ = emotion_spec(combined({"happy": 0.5}, None, {HEARD: 1.0}) or {}, FEW, "v", heard)
    assert spec.weights == (("happy", 0.25),)
    assert spec.heard is not None
    assert (spec.heard.weight, spec.category) == (0.5, "sad")
    expected = TABLE[0] + 0.25 * (TABLE[1] - TABLE[0]) + 0.5 * (np.full_like(TABLE[0], 3.0) - TABLE[0])
    np.testing.assert_allclose(row(spec), expected, rtol=1e-5)
    np.testing.assert_allclose(row(spec, 0.0), TABLE[0])
    np.testing.assert_allclose(row(EmotionSpec(heard=heard), 5.0) - TABLE[0], MOST * (3.0 - TABLE[0]), rtol=1e-5)


def test_a_lacking_emotion_is_replaced_with_a_notice() -> None:
    spec, notices = emotion_spec({"disgusted": 0.5, "angry": 0.25, "afraid": 0.1}, FEW, "v")
    assert spec.weights == (("angry", 0.75), ("fear", 0.1))
    (notice,) = notices
    assert notice.code == "emotion-substituted"
    assert "'disgusted'" in notice.message
    assert "angry" in notice.message
    with pytest.raises(OptionError, match="no emotion 'blue'"):
        emotion_spec({"blue": 1.0}, FEW, "v")


def test_sources_count_equally_unless_told() -> None:
    happy, sad, heard = {"happy": 1.0}, {"sad": 0.5}, {"angry": 0.75, "neutral": 0.25}
    assert combined(None, None, None) is None
    assert combined(happy, None, None) == {"happy": 1.0}
    assert combined(None, sad, None) == {"sad": 0.5}
    assert combined(happy, sad, None) == {"happy": 0.5, "sad": 0.25}
    assert combined(happy, None, heard) == {"happy": 0.5, "angry": 0.375, "neutral": 0.125}
    told = combined({"happy": 0.25, "reference": 0.75}, None, heard)
    assert told == pytest.approx({"happy": 0.25, "angry": 0.5625, "neutral": 0.1875})
    assert combined({"参考": 3.0}, None, heard) == heard


def test_kantts_voices_take_the_names_of_all(speaker: Speaker) -> None:
    """Their inventory has the emotions of specification 4.2; the byte voice's, too."""
    for variant in ("base", "bytes"):
        manifest = speaker(variant).voice.manifest
        for name in (*EIGHT, "恐惧", "hate", "serious", "gentle"):
            resolved = resolve(SynthesisOptions(emotion=name), manifest)
            assert resolved.emotion is not None
            assert resolved.emotion.category in manifest.emotions


def test_a_mixture_is_heard(speaker: Speaker) -> None:
    voice = speaker("base")

    def said(**options: object) -> np.ndarray:
        return voice.say("你好。", **options).samples

    happy, sad, mixed = said(emotion="happy"), said(emotion="sad"), said(emotion="happy:0.5+sad:0.5")
    assert not np.array_equal(happy, sad)
    assert not np.array_equal(happy, mixed)
    np.testing.assert_array_equal(said(emotion="happy:1"), happy)
    np.testing.assert_array_equal(said(emotion="happy", intensity=0), said(emotion="neutral"))
    np.testing.assert_allclose(said(emotion="happy:0.5"), said(emotion="happy", intensity=0.5), atol=1e-6)
    byte_voice = speaker("bytes")
    assert len(byte_voice.say("hello", emotion="happy:0.5+sad:0.5").samples)


def test_notices_come_once_with_the_first_chunk(embedded: Synthesizer) -> None:
    chunks = list(embedded.stream("你好。再见。", emotion="jealousy"))
    assert [notice.code for notice in chunks[0].notices] == ["emotion-substituted"]
    assert not any(chunk.notices for chunk in chunks[1:])
    assert embedded.say("你好。", emotion="happy").notices == ()
