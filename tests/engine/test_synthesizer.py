"""Text in, speech out: streams, units, words and texts."""

from __future__ import annotations

import numpy as np
import pytest
from counting import CountingRuntime
from speech_checks import LONG, STREAMED_EQUALS_WHOLE, Imported, Speaker, check_chunks, check_words, joined, words_of

from langsong.engine.synthesizer import Synthesizer
from langsong.errors import TextError, UnitError
from langsong.text.frontend import Frontend
from langsong.text.segment import segment
from langsong.text.units import parse_units

VARIANTS = ["base", "nsf", "se", "causal_24k", "bytes", "hesitant"]


# --- streams


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_stream_is_the_whole(speaker: Speaker, variant: str) -> None:
    synthesizer = speaker(variant)
    chunks = list(synthesizer.stream(LONG))
    whole = synthesizer.say(LONG)
    check_chunks(chunks, synthesizer.sample_rate)
    assert len(chunks) > 3
    assert len(chunks[0].samples) < 0.25 * len(whole.samples)
    assert joined(chunks).shape == whole.samples.shape
    np.testing.assert_allclose(joined(chunks), whole.samples, atol=STREAMED_EQUALS_WHOLE, rtol=0)
    assert tuple(w for c in chunks for w in c.words) == whole.words
    assert "".join(c.text for c in chunks) == whole.text == LONG
    if variant != "bytes":
        check_words(chunks, words_of(synthesizer, LONG), hesitates=variant == "hesitant")


def test_the_embedded_voice_streams_what_it_says(embedded: Synthesizer) -> None:
    text = "今天天气真好，再见。你好。"
    chunks = list(embedded.stream(text))
    whole = embedded.say(text)
    check_chunks(chunks, 22050)
    check_words(chunks, words_of(embedded, text))
    assert len(chunks[0].samples) < 0.2 * len(whole.samples)
    np.testing.assert_allclose(joined(chunks), whole.samples, atol=STREAMED_EQUALS_WHOLE, rtol=0)
    assert 1.5 < whole.duration_s < 6.0
    assert 0.02 < float(np.sqrt(np.mean(whole.samples**2))) < 0.5
    assert np.abs(whole.samples).max() < 1.0


def test_the_first_chunk_comes_before_the_sentence_is_decoded(imported: Imported, speaker: Speaker) -> None:
    real = speaker()
    counting = CountingRuntime(real.runtime)
    synthesizer = Synthesizer(imported("base").voice, counting, real.placement, cache_bytes=0)
    stream = synthesizer.stream(LONG)
    assert counting.runs == {}, "nothing is computed before it is asked for"
    first = next(stream)
    early = counting.runs["decoder"]
    assert counting.runs["encoder"] == counting.runs["vocoder"] == 1
    list(stream)
    assert early * 3 < counting.runs["decoder"]
    assert first.text == next(segment(LONG))


def test_units_sound_as_their_text(speaker: Speaker, embedded: Synthesizer) -> None:
    """As the model gives them: with its whole last break, which text would have cut to `sentence_pause`."""
    for synthesizer, who in ((speaker("base"), "M7"), (embedded, "songbai")):
        frontend = Frontend(synthesizer.voice.manifest.conventions)
        units = frontend.utterance("你好。", emotion="emotion_happy", speaker=who).units
        by_text = joined(list(synthesizer.stream("你好。", speaker=who, emotion="happy", sentence_pause=60)))
        by_units = list(synthesizer.stream_units([units]))
        np.testing.assert_allclose(joined(by_units), by_text, atol=1e-6, rtol=0)
        assert all(chunk.words == () for chunk in by_units)


def test_unit_lines_follow_one_another_without_silence(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    lines = [Frontend().utterance(text, speaker="F7").units for text in ("你好。", "再见。")]
    alone = [joined(list(synthesizer.stream_units([line]))) for line in lines]
    together = list(synthesizer.stream_units(lines, sentence_pause=1.0))
    check_chunks(together, synthesizer.sample_rate)
    np.testing.assert_allclose(joined(together), np.concatenate(alone), atol=1e-6, rtol=0)


def test_units_without_a_speaker_get_the_one_asked_for(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    anonymous, named = (Frontend().utterance("你好。", speaker=s).units for s in ("", "M7"))
    default = Frontend().utterance("你好。", speaker="F7").units
    assert np.array_equal(
        joined(list(synthesizer.stream_units([anonymous], speaker="M7"))),
        joined(list(synthesizer.stream_units([named], speaker="F7"))),
    )
    assert np.array_equal(
        joined(list(synthesizer.stream_units([anonymous]))), joined(list(synthesizer.stream_units([default])))
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("{t_c$tone1$s_begin$word_begin$emotion_neutral$nobody}", "speaker 'nobody'"),
        ("{t_c$tone9$s_begin$word_begin$emotion_neutral$F7}", "tone 'tone9'"),
        ("{t_c$tone1$s_begin$word_begin$emotion_glee$F7}", "emotion 'emotion_glee'"),
        ("{228$emotion_neutral$F7}", "phone '228'"),
    ],
)
def test_unknown_units_are_refused_by_position(speaker: Speaker, line: str, kind: str) -> None:
    good = "{t_c$tone1$s_begin$word_begin$emotion_neutral$F7}"
    prefix = "" if line.count("$") == 2 else f"{good} "
    with pytest.raises(UnitError) as raised:
        list(speaker("base").stream_units([parse_units(prefix + line)]))
    assert kind in str(raised.value)
    assert raised.value.position == (1 if prefix else 0)


# --- words


@pytest.mark.parametrize("rate", [None, 8000, 48000])
@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
def test_no_word_is_lost_and_none_leaves_the_audio(speaker: Speaker, speed: float, rate: int | None) -> None:
    """At the highest speed many phones last no frame at all."""
    synthesizer = speaker("base")
    chunks = list(synthesizer.stream(LONG, speed=speed, sample_rate=rate, sentence_pause=0.05))
    check_chunks(chunks, rate or synthesizer.sample_rate)
    check_words(chunks, words_of(synthesizer, LONG))


@pytest.mark.parametrize("pause_frames", [0, 2, 40])
def test_the_pause_after_a_sentence_is_as_long_as_asked_for(speaker: Speaker, pause_frames: int) -> None:
    """The voice's own last break is cut to it, and filled up to it where another sentence follows."""
    synthesizer = speaker("base")
    audio = synthesizer.voice.manifest.audio
    hop, pause_s = audio.hop_length, pause_frames / audio.frame_rate
    first, second = "你好。", "再见。"
    spoken = [len(synthesizer.say(text, sentence_pause=0).samples) for text in (first, second)]
    breaks = [
        len(synthesizer.say(text, sentence_pause=60).samples) - length
        for text, length in zip((first, second), spoken, strict=True)
    ]
    assert all(hop * 2 < b < hop * 40 for b in breaks), "both cutting and filling must happen"
    both = synthesizer.say(first + second, sentence_pause=pause_s)
    own = [min(b, pause_frames * hop) for b in breaks]
    assert len(both.samples) == spoken[0] + pause_frames * hop + spoken[1] + own[1]
    assert not both.samples[spoken[0] + own[0] : spoken[0] + pause_frames * hop].any()
    alone = synthesizer.say(second, sentence_pause=pause_s)
    start = spoken[0] + pause_frames * hop
    np.testing.assert_allclose(both.samples[start:], alone.samples, atol=1e-6, rtol=0)
    (hello, goodbye), (expected,) = both.words, alone.words
    assert hello.start_s == 0
    assert goodbye.start_s == pytest.approx(expected.start_s + start / both.sample_rate)
    assert goodbye.phones[-1].end_s == pytest.approx(expected.end_s + start / both.sample_rate)


# --- texts


@pytest.mark.parametrize("text", ["", "   \n", "。，！？", "😀🎉", "\u200b"])
def test_nothing_to_read_is_refused_at_the_call(speaker: Speaker, text: str) -> None:
    for variant in ("base", "bytes"):
        with pytest.raises(TextError, match="nothing to read"):
            speaker(variant).stream(text)
        with pytest.raises(TextError, match="nothing to read"):
            speaker(variant).say(text)


def test_an_unreadable_character_late_in_a_long_text_is_refused_at_the_call(speaker: Speaker) -> None:
    text = "你好。" * 100 + "\ud800"
    with pytest.raises(TextError) as raised:
        speaker().stream(text)
    assert raised.value.position == 300


def test_sentences_without_words_are_left_out(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    whole = synthesizer.say("你好。……😀！再见。", sentence_pause=0.0)
    assert [w.text for w in whole.words] == ["你好", "再见"]
    np.testing.assert_array_equal(whole.samples, synthesizer.say("你好。再见。", sentence_pause=0.0).samples)


UNITS = ["我们去公园散步吧。", "好", "我们去公园，", "hello ", "abc", "1", "3.14 ", "\n", "花儿", "。"]


@pytest.mark.parametrize(
    ("variant", "unit"), [*(("base", unit) for unit in UNITS), ("bytes", "你好。"), ("bytes", "好")]
)
def test_a_hundred_thousand_characters_begin_at_once(
    imported: Imported, speaker: Speaker, unit: str, variant: str
) -> None:
    real = speaker(variant)
    counting = CountingRuntime(real.runtime, most_units=1000)
    synthesizer = Synthesizer(imported(variant).voice, counting, real.placement, cache_bytes=0)
    text = "你好" + unit * (100_000 // len(unit))
    first = next(synthesizer.stream(text))
    assert len(first.samples) > 0
    assert counting.runs["encoder"] == 1, "only the first piece has been read"
    assert len(first.text) < 80 or not first.text.strip("你好\n。")
