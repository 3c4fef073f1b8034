"""Speakers and mixtures of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from langsong.engine.speakers import SpeakerMix, speaker_mix
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError

Speaker = Callable[..., Synthesizer]
TABLE = np.random.default_rng(4).standard_normal((3, 5)).astype(np.float32)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("a", (("a", 1.0),)),
        ("a:0.7+b:0.3", (("a", 0.7), ("b", 0.3))),
        ("b:1+a:3", (("a", 0.75), ("b", 0.25))),
        ("a+b", (("a", 0.5), ("b", 0.5))),
        ("a:1+b:0", (("a", 1.0),)),
        ("a+b:strange", (("a+b:strange", 1.0),)),
    ],
)
def test_mixtures(text: str, shares: tuple[tuple[str, float], ...]) -> None:
    mix = speaker_mix(text, ("a", "b", "a+b:strange"), "v")
    assert [name for name, _ in mix.shares] == [name for name, _ in shares]
    assert [share for _, share in mix.shares] == pytest.approx([share for _, share in shares])
    assert mix.main == shares[0][0]


def test_a_mixture_is_that_of_the_rows() -> None:
    row = SpeakerMix((("c", 0.75), ("a", 0.25))).row(TABLE, ("a", "b", "c"))
    np.testing.assert_allclose(row, 0.75 * TABLE[2] + 0.25 * TABLE[0], rtol=1e-6)
    with pytest.raises(OptionError, match="no speaker 'd'; it has a, b"):
        speaker_mix("a:0.5+d:0.5", ("a", "b"), "v")


def test_a_mixture_is_heard(speaker: Speaker) -> None:
    voice = speaker("base")

    def said(name: str | dict[str, float]) -> np.ndarray:
        return voice.say("你好。", speaker=name).samples

    first, second, mixed = said("F7"), said("M7"), said("F7:0.6+M7:0.4")
    assert not np.array_equal(first, second)
    assert not np.array_equal(mixed, first)
    np.testing.assert_array_equal(said("F7:2"), first)
    np.testing.assert_array_equal(said({"M7": 0.4, "F7": 0.6}), mixed)


def test_a_voice_of_a_vector_has_one_speaker(speaker: Speaker) -> None:
    voice = speaker("se")
    (only,) = voice.voice.manifest.speakers
    assert len(voice.say("你好。", speaker=only.id).samples)
