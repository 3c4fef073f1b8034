"""What a request may want, and what it is told when it may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.engine.emotion import EmotionSpec
from langsong.engine.options import SynthesisOptions
from langsong.engine.resolve import ResolvedOptions, resolve
from langsong.engine.speakers import SpeakerMix
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError

Speaker = Callable[..., Synthesizer]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"speed": 0}, "speed = 0"),
        ({"speed": -1}, "speed = -1"),
        ({"speed": 0.2}, "0.25"),
        ({"speed": 4.1}, "4"),
        ({"speed": float("nan")}, "speed = nan"),
        ({"speed": float("inf")}, "speed = inf"),
        ({"speed": "fast"}, "speed = 'fast'"),
        ({"pitch": 13}, "pitch = 13"),
        ({"pitch": float("nan")}, "pitch = nan"),
        ({"volume": 21}, "volume = 21"),
        ({"volume": float("-inf")}, "volume = -inf"),
        ({"intensity": -0.1}, "intensity = -0.1"),
        ({"intensity": 2.1}, "intensity = 2.1"),
        ({"sentence_pause": -0.1}, "sentence_pause = -0.1"),
        ({"sentence_pause": 61}, "sentence_pause = 61"),
        ({"sample_rate": 7999}, "sample_rate = 7999"),
        ({"sample_rate": 96000}, "sample_rate = 96000"),
        ({"sample_rate": 22050.5}, "sample_rate = 22050.5"),
        (
            {"speeed": 1},
            "unknown option 'speeed'; there are speaker, emotion, emotion_text,",
        ),
        ({"pitch_range": -0.1}, "pitch_range = -0.1"),
        ({"pitch_range": 3.1}, "pitch_range = 3.1"),
        ({"energy": 21}, "energy = 21"),
        ({"energy": float("nan")}, "energy = nan"),
        ({"speaker": 3}, "speaker = 3"),
        ({"speaker": "nobody"}, "no speaker 'nobody'; it has F7, M7"),
        ({"emotion": "grumpyish"}, "no emotion 'grumpyish'; it has"),
        ({"emotion": "happy:-1"}, "the share of happy is -1: give 0 or more"),
        ({"emotion": "happy:much"}, "the share of happy is 'much': give a number"),
        ({"emotion": "happy:0"}, "every share is 0"),
        ({"emotion": "happy:nan"}, "the share of happy is nan"),
        ({"emotion": "happy++sad"}, "a mixture such as a:0.6+b:0.4"),
        ({"emotion": [1, 0]}, "a list must have 8 numbers: happy, angry"),
        ({"emotion": "happy:0.5+reference:0.5"}, "give reference_audio, too"),
        ({"emotion": "描述"}, "give emotion_text, too"),
        ({"emotion_text": ""}, "emotion_text = ''"),
        ({"speaker": "F7:0.5+nobody:0.5"}, "no speaker 'nobody'; it has F7, M7"),
        ({"speaker": b"RIFF"}, "no voice here can take its speaker from a recording"),
        ({"reference_audio": 7}, "give a path, the bytes of a file"),
        ({"pitch": 2}, "leave pitch at 0"),
    ],
)
def test_bad_options_are_refused_at_the_call(speaker: Speaker, options: dict[str, object], complaint: str) -> None:
    for method in ("stream", "say"):
        with pytest.raises(OptionError) as raised:
            getattr(speaker(), method)("你好", **options)
        message = str(raised.value)
        assert complaint in message
        assert "\n" not in message
    with pytest.raises(OptionError):
        speaker().stream_units([], **options)


def test_a_batch_with_bad_options_is_refused_at_the_call(speaker: Speaker) -> None:
    with pytest.raises(OptionError):
        speaker().say_many(["你好"], speed=0)


def test_changes_stand_over_options(speaker: Speaker) -> None:
    options = SynthesisOptions(speed=2.0, volume=-6.0)
    voice = speaker()
    both = voice.say("你好。", options, speed=0.5)
    assert both.duration_s == voice.say("你好。", speed=0.5).duration_s > voice.say("你好。", options).duration_s


@given(
    speed=st.none() | st.floats(0.25, 4),
    pitch=st.none() | st.floats(-12, 12),
    volume=st.none() | st.floats(-60, 20),
    rate=st.none() | st.integers(8000, 48000),
)
def test_numbers_may_be_written_out(
    speed: float | None, pitch: float | None, volume: float | None, rate: int | None
) -> None:
    """Form fields and command lines bring strings; None and absent are the same."""
    numbers = {"speed": speed, "pitch": pitch, "volume": volume, "sample_rate": rate}
    written = {key: str(value) for key, value in numbers.items() if value is not None}
    assert SynthesisOptions.parse(written) == SynthesisOptions.parse(numbers)


def test_defaults_come_from_the_voice(embedded: Synthesizer) -> None:
    manifest = embedded.voice.manifest
    resolved = resolve(SynthesisOptions(), manifest)
    assert resolved == ResolvedOptions(
        speaker=SpeakerMix(((manifest.defaults.speaker, 1.0),)),
        emotion=EmotionSpec(),
        intensity=1.0,
        speed=manifest.defaults.speed,
        pitch=0.0,
        pitch_range=1.0,
        energy=0.0,
        volume=0.0,
        sentence_pause=manifest.defaults.sentence_pause_s,
        sample_rate=manifest.audio.sample_rate,
    )
    assert resolved.category == "emotion_neutral"
    zeros = resolve(SynthesisOptions(sentence_pause=0.0, volume=0.0), manifest)
    assert zeros.sentence_pause == 0.0


def test_emotions_may_be_written_as_in_units(embedded: Synthesizer) -> None:
    manifest = embedded.voice.manifest
    assert resolve(SynthesisOptions(emotion="emotion_happy"), manifest).emotion == EmotionSpec((("happy", 1.0),))
