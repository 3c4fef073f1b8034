"""Text in, speech out: streams, timings, options, caches and threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from counting import CountingRuntime

from langsong.audio.resample import resample
from langsong.bundle.install import InstallReport
from langsong.engine.options import SynthesisOptions
from langsong.engine.pipeline import Pipeline
from langsong.engine.resolve import resolve
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import TextError, UnitError
from langsong.text.frontend import Frontend
from langsong.text.segment import segment
from langsong.text.units import parse_units
from langsong.types import AudioChunk

Imported = Callable[[str], InstallReport]
Speaker = Callable[..., Synthesizer]

STREAMED_EQUALS_WHOLE = 1e-4
"""Largest |difference| of a sample in f32: the graphs add up in another order for windows of another length."""

LONG = "山重水复疑无路，柳暗花明又一村，我们一起去公园里散步，看看湖边的柳树和花。你好！再见。"
VARIANTS = ["base", "nsf", "se", "causal_24k", "bytes", "hesitant"]


def joined(chunks: Sequence[AudioChunk]) -> np.ndarray:
    return np.concatenate([chunk.samples for chunk in chunks])


def check_chunks(chunks: Sequence[AudioChunk], rate: int) -> None:
    """Chunks follow one another without gap or overlap."""
    position = 0
    for chunk in chunks:
        assert chunk.sample_rate == rate
        assert chunk.start_s == pytest.approx(position / rate, abs=1e-9)
        assert chunk.samples.dtype == np.float32
        assert np.isfinite(chunk.samples).all()
        assert len(chunk.samples) > 0
        position += len(chunk.samples)


def check_words(chunks: Sequence[AudioChunk], expected: list[str], *, hesitates: bool = False) -> None:
    """Every word once, in order, in the chunk it begins in; its phones inside it, all inside the audio.

    Phones of a word follow one another without gap, unless the voice may hesitate between them.
    """
    words = [word for chunk in chunks for word in chunk.words]
    assert [word.text for word in words] == expected
    end_of_all = chunks[-1].start_s + chunks[-1].duration_s
    clock = 0.0
    for word in words:
        assert clock - 1e-6 <= word.start_s <= word.end_s <= end_of_all + 1e-3
        clock = word.end_s
        assert word.phones[0].start_s == word.start_s
        assert word.phones[-1].end_s == word.end_s
        for first, second in itertools.pairwise(word.phones):
            assert first.start_s <= first.end_s <= second.start_s
            assert first.end_s == second.start_s or hesitates
    for number, chunk in enumerate(chunks):
        end_s = chunk.start_s + chunk.duration_s
        for word in chunk.words:
            last = number == len(chunks) - 1
            assert chunk.start_s - 1e-6 <= word.start_s < end_s + (1e-3 if last else 0)


def words_of(synthesizer: Synthesizer, text: str) -> list[str]:
    frontend = Frontend(synthesizer.voice.manifest.conventions)
    return [word.text for utterance in frontend.utterances(text) for word in utterance.words]


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


# --- options


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


# --- many at once


def test_threads_share_one_synthesizer(imported: Imported) -> None:
    synthesizer = Synthesizer.open(imported("nsf").voice, precision="f32", threads=1)
    texts = ["你好。", "今天天气真好。", "山重水复疑无路。", "再见，朋友。"] * 2
    serial = [synthesizer.say(text, speed=1 + i / 10, pitch=i - 4) for i, text in enumerate(texts)]
    shared = Synthesizer.open(imported("nsf").voice, precision="f32", threads=1, cache_bytes=0)
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(shared.say, text, speed=1 + i / 10, pitch=i - 4) for i, text in enumerate(texts)]
        results = [job.result() for job in jobs]
    for alone, together in zip(serial, results, strict=True):
        assert alone.words == together.words
        np.testing.assert_allclose(together.samples, alone.samples, atol=1e-6, rtol=0)


def test_streams_may_be_read_in_turn(speaker: Speaker) -> None:
    synthesizer = speaker("nsf")
    texts = (LONG, LONG[::-1])
    alone = [joined(list(synthesizer.stream(text))) for text in texts]
    streams = [synthesizer.stream(text) for text in texts]
    chunks: list[list[AudioChunk]] = [[], []]
    for pair in itertools.zip_longest(*streams):
        for collected, chunk in zip(chunks, pair, strict=True):
            if chunk is not None:
                collected.append(chunk)
    for collected, expected in zip(chunks, alone, strict=True):
        np.testing.assert_allclose(joined(collected), expected, atol=1e-6, rtol=0)


def test_many_come_in_the_order_of_their_texts(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    texts = ["今天天气真好，我们去公园散步吧。", "好。", "你好，世界。", "再见。", "山重水复。"]
    results = list(synthesizer.say_many(iter(texts), workers=3, speed=1.5))
    assert [r.text for r in results] == texts
    for result, text in zip(results, texts, strict=True):
        np.testing.assert_array_equal(result.samples, synthesizer.say(text, speed=1.5).samples)
    assert list(synthesizer.say_many([])) == []


def test_many_are_taken_as_they_are_needed(speaker: Speaker) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "你好。"

    results = speaker("base").say_many(endless(), workers=2)
    assert [next(results).text for _ in range(3)] == ["你好。"] * 3
    results.close()
    assert taken <= 10


def test_a_failure_among_many_comes_in_its_place(speaker: Speaker) -> None:
    results = speaker("base").say_many(["你好。", "。", "再见。"])
    assert next(results).text == "你好。"
    with pytest.raises(TextError, match="nothing to read"):
        next(results)


# --- caches


@pytest.fixture
def counted(imported: Imported, speaker: Speaker) -> tuple[Synthesizer, CountingRuntime]:
    """A synthesizer with a cache, over a runtime that counts."""
    real = speaker("nsf")
    counting = CountingRuntime(real.runtime)
    return Synthesizer(imported("nsf").voice, counting, real.placement, cache_bytes=4 << 20), counting


def test_what_was_said_is_not_computed_again(counted: tuple[Synthesizer, CountingRuntime]) -> None:
    synthesizer, counting = counted
    first = synthesizer.say("你好。再见。")
    expected = first.samples.copy()
    first.samples[:] = 0  # it is the caller's
    runs = counting.runs.copy()
    assert len(synthesizer.say("再见。你好。").samples) == len(expected)
    again = synthesizer.say("你好。再见。")
    np.testing.assert_array_equal(again.samples, expected)
    assert again.words == first.words
    streamed = list(synthesizer.stream("你好。再见。"))
    streamed[0].samples[:] = 0
    np.testing.assert_array_equal(synthesizer.say("你好。再见。").samples, expected)
    quiet = synthesizer.say("你好。再见。", volume=-6, sample_rate=8000)
    assert np.abs(quiet.samples).max() < 0.6 * np.abs(expected).max()
    assert counting.runs == runs


@pytest.mark.parametrize(
    "change",
    [
        {"speed": 1.3},
        {"pitch": 2.0},
        {"emotion": "sad"},
        {"emotion": "sad", "intensity": 1.5},
        {"speaker": "M7"},
        {"sentence_pause": 0.01},
    ],
)
def test_what_sounds_otherwise_is_computed(
    counted: tuple[Synthesizer, CountingRuntime], speaker: Speaker, change: dict[str, Any]
) -> None:
    synthesizer, counting = counted
    plain = synthesizer.say("你好。再见。")
    runs = counting.runs["encoder"]
    changed = synthesizer.say("你好。再见。", **change)
    assert counting.runs["encoder"] == runs + 2
    assert changed.samples.shape != plain.samples.shape or not np.array_equal(changed.samples, plain.samples)
    np.testing.assert_array_equal(changed.samples, speaker("nsf").say("你好。再见。", **change).samples)


def test_a_stream_that_was_left_is_not_kept(counted: tuple[Synthesizer, CountingRuntime]) -> None:
    synthesizer, counting = counted
    stream = synthesizer.stream(LONG)
    next(stream)
    stream.close()
    whole = synthesizer.say(LONG)
    assert counting.runs["encoder"] > 1
    assert [w.text for w in whole.words] == words_of(synthesizer, LONG)
    assert "".join(w.text for w in whole.words).endswith("再见")


def test_the_speech_of_a_speaker_vector_is_kept_by_speaker(imported: Imported) -> None:
    synthesizer = Synthesizer.open(imported("se").voice, precision="f32", threads=1)
    first = synthesizer.say("你好。")
    np.testing.assert_array_equal(synthesizer.say("你好。").samples, first.samples)


def test_compiled_graphs_are_kept_on_disk_by_voice(imported: Imported, home: object) -> None:
    from langsong.bundle.store import cache_home

    voice = imported("base").voice
    Synthesizer.open(voice, precision="f32", threads=1).prepare()
    folder = cache_home() / "graphs" / f"{voice.name}-{voice.fingerprint}"
    kept = {path.name for path in folder.iterdir()}
    assert len(kept) >= len(voice.stages)
    Synthesizer.open(voice, precision="f32", threads=1).prepare()
    assert {path.name for path in folder.iterdir()} == kept


def test_a_cache_that_cannot_be_written_does_not_silence_a_voice(
    imported: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a user without a home in a container."""
    monkeypatch.setenv("LANGSONG_HOME", "/dev/null/home")
    synthesizer = Synthesizer.open(imported("base").voice, precision="f32", threads=1)
    assert synthesizer.say("你好。").duration_s > 0.1
