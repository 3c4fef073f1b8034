"""The embedded voice with its fast vocoder, under its second name."""

from __future__ import annotations

import numpy as np
import pytest
from speech_checks import LONG, check_chunks, check_words, joined, words_of

from langsong.bundle.store import find_voice, voice_names
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import VoiceNotFound

STREAMED_EQUALS_WHOLE = 0.02
"""Of the loudest sample: F0 that differs in its seventh digit is summed up to the phase of high harmonics."""


@pytest.fixture(scope="module")
def fast() -> Synthesizer:
    return Synthesizer.open("langsong:fast", threads=1, cache_bytes=0)


def test_it_is_the_same_voice_under_two_names(fast: Synthesizer) -> None:
    own = find_voice("langsong")
    assert voice_names() == ["langsong", "langsong:fast"]
    assert fast.voice.name == "langsong:fast"
    assert fast.voice.manifest.speakers == own.manifest.speakers
    assert fast.voice.fingerprint != own.fingerprint
    with pytest.raises(VoiceNotFound):
        find_voice("nobody:fast")


def test_a_stream_is_the_whole_in_pieces(fast: Synthesizer) -> None:
    chunks = list(fast.stream(LONG))
    check_chunks(chunks, fast.sample_rate)
    check_words(chunks, words_of(fast, LONG))
    whole = fast.say(LONG).samples
    streamed = joined(chunks)
    assert streamed.shape == whole.shape
    assert np.abs(whole).max() > 0.1
    np.testing.assert_allclose(streamed, whole, atol=STREAMED_EQUALS_WHOLE * float(np.abs(whole).max()), rtol=0)


def test_the_same_request_gives_the_same_samples(fast: Synthesizer) -> None:
    first, again = (fast.say("今天天气真好。", speaker="songbai", emotion="happy").samples for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_both_vocoders_say_the_same(fast: Synthesizer) -> None:
    """Frame by frame as loud as each other, whatever the waveform."""
    other = Synthesizer.open("langsong", threads=1, cache_bytes=0)
    hop = fast.voice.manifest.audio.hop_length

    def levels(synthesizer: Synthesizer) -> np.ndarray:
        samples = synthesizer.say("山重水复疑无路，柳暗花明又一村。").samples
        power = np.square(samples[: len(samples) // (4 * hop) * 4 * hop].reshape(-1, 4 * hop)).mean(axis=1)
        return 10 * np.log10(power + 1e-7)

    ours, theirs = levels(fast), levels(other)
    loud = theirs > theirs.max() - 25
    assert np.abs(ours - theirs)[loud].mean() < 2.0
    assert np.corrcoef(ours, theirs)[0, 1] > 0.97
