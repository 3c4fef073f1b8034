"""One synthesizer for many: threads, several texts at once, and what is remembered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from counting import CountingRuntime
from speech_checks import LONG, Imported, Speaker, joined, words_of

from langsong.engine.synthesizer import Synthesizer
from langsong.errors import TextError
from langsong.types import AudioChunk


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
    quiet = synthesizer.say("你好。再见。", volume=-6, sample_rate=8000)
    assert np.abs(quiet.samples).max() < 0.6 * np.abs(expected).max()
    assert counting.runs == runs


def test_what_was_said_before_changes_no_sample(embedded: Synthesizer) -> None:
    """Streams begin with shorter windows than files: they sound the same, and are rounded otherwise."""
    text = "今天天气真好，我们去公园散步吧。"
    forgetful, mindful = (
        Synthesizer(embedded.voice, embedded.runtime, embedded.placement, cache_bytes) for cache_bytes in (0, 4 << 20)
    )
    streamed, whole = joined(list(forgetful.stream(text))), forgetful.say(text).samples
    for _ in range(2):
        np.testing.assert_array_equal(joined(list(mindful.stream(text))), streamed)
        np.testing.assert_array_equal(mindful.say(text).samples, whole)


def test_what_is_kept_takes_no_more_memory_than_it_counts(counted: tuple[Synthesizer, CountingRuntime]) -> None:
    """A piece is cut out of a longer window, which must not be kept with it."""
    synthesizer, _ = counted
    list(synthesizer.stream(LONG))
    kept = [piece for pieces, _ in synthesizer._cache.values() for piece in pieces]
    assert kept
    assert all(piece.base is None for piece in kept)


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
