"""The pool of workers: equal results, turns, bounds, cancellation, draining."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from langsong.bundle.install import InstallReport
from langsong.engine.options import SynthesisOptions
from langsong.engine.pool import SynthesisPool, Voices
from langsong.engine.request import SpeechRequest
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import (
    DeadlineExceeded,
    LangsongError,
    OptionError,
    QueueFull,
    RequestCancelled,
    ServiceStopping,
    TextError,
    VoiceNotFound,
)
from langsong.types import AudioChunk, Float32

SENTENCES = ("今天天气真好。", "我们去公园散步吧！", "你吃饭了吗？", "明天见。")
LONG = "春天来了，花都开了。" * 8


@pytest.fixture(scope="module")
def voice(imported: Callable[[str], InstallReport]) -> str:
    return str(imported("base").voice.folder)


@contextmanager
def pool_of(**settings: Any) -> Iterator[SynthesisPool]:
    pool = SynthesisPool(**{"workers": 2, "precision": "f32", "threads": 1, "cache_bytes": 0, **settings})
    try:
        yield pool
    finally:
        pool.close(0)


@pytest.fixture(scope="module")
def pool() -> Iterator[SynthesisPool]:
    with pool_of() as made:
        yield made


def joined(request: SpeechRequest) -> Float32:
    return np.concatenate([chunk.samples for chunk in request])


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("early", [True, False])
def test_many_at_once_are_each_as_alone(pool: SynthesisPool, voice: str, early: bool) -> None:
    synthesizer = pool.synthesizer(voice)
    alone = {
        text: np.concatenate([chunk.samples for chunk in synthesizer.stream(text, early=early)]) for text in SENTENCES
    }

    def ask(number: int) -> tuple[str, Float32]:
        text = SENTENCES[number % len(SENTENCES)]
        return text, joined(pool.submit(text, voice=voice, client=str(number % 3), early=early))

    with ThreadPoolExecutor(8) as clients:
        for text, samples in clients.map(ask, range(16)):
            assert np.array_equal(samples, alone[text])


class Slow:
    """Stands for a voice that takes its time; nothing is computed."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def stream(self, *_: object, **__: object) -> Iterator[AudioChunk]:
        time.sleep(self.seconds)
        yield AudioChunk(np.zeros(160, np.float32), 16000)


def test_who_would_be_too_late_is_refused_at_once() -> None:
    with pool_of(workers=1, open_voice=lambda name, device: Slow(0.4)) as slow:
        assert len(joined(slow.submit("一", deadline_s=60))) == 160  # now it knows how long it takes
        taken = [slow.submit(text, deadline_s=60) for text in "二三"]
        with pytest.raises(QueueFull, match=r"2 requests are waiting, too many to speak this in 1 s") as refused:
            slow.submit("四", deadline_s=1.0)
        assert 0 < refused.value.retry_after_s < 1
        assert [len(joined(request)) for request in taken] == [160, 160]


def test_readers_may_be_asynchronous(pool: SynthesisPool, voice: str) -> None:
    async def ask(text: str) -> Float32:
        return np.concatenate([chunk.samples async for chunk in pool.submit(text, voice=voice)])

    async def ask_all() -> list[Float32]:
        return list(await asyncio.gather(*map(ask, SENTENCES)))

    for text, samples in zip(SENTENCES, asyncio.run(ask_all()), strict=True):
        assert np.array_equal(samples, joined(pool.submit(text, voice=voice)))


@pytest.mark.parametrize(
    ("text", "options", "name", "error"),
    [
        ("……", {}, None, TextError),
        ("你好。", {"speaker": "nobody"}, None, OptionError),
        ("你好。", {}, "no-such-voice", VoiceNotFound),
    ],
)
def test_what_is_wrong_is_told_to_the_reader(
    pool: SynthesisPool, voice: str, text: str, options: dict[str, Any], name: str | None, error: type[LangsongError]
) -> None:
    with pytest.raises(error):
        list(pool.submit(text, SynthesisOptions(**options), voice=name or voice))
    assert pool.open_requests == 0


def ended_in_order(voice: str, early: bool, requests: list[tuple[str, str]]) -> list[str]:
    """The texts of requests (client, text) to one worker, in the order in which they end."""
    ended: list[str] = []
    blocked = threading.Event()
    with pool_of(workers=1, on_end=lambda request, error: ended.append(request.text)) as pool:
        pool.voices._open_voice = blocking(pool.voices._open_voice, blocked)
        submitted = [pool.submit(text, voice=voice, client=client, early=early) for client, text in requests]
        blocked.set()
        for request in submitted:
            list(request)
    return ended


def blocking(call: Callable[..., Synthesizer], event: threading.Event) -> Callable[..., Synthesizer]:
    def waits(*arguments: Any) -> Synthesizer:
        event.wait(60)
        return call(*arguments)

    return waits


def test_a_book_does_not_hold_up_anothers_sentence(voice: str) -> None:
    assert ended_in_order(voice, False, [("reader", LONG), ("reader", "再见。"), ("other", "你好。")]) == [
        "你好。",
        LONG,
        "再见。",
    ]


def test_listeners_of_one_client_take_turns(voice: str) -> None:
    assert ended_in_order(voice, True, [("home", LONG), ("home", "你好。")]) == ["你好。", LONG]


def test_the_queue_is_bounded(voice: str) -> None:
    with pool_of(queue_size=3, per_client=2, ahead_s=0.1) as pool:
        first = pool.submit(LONG, voice=voice, client="a")
        pool.submit(LONG, voice=voice, client="a")
        with pytest.raises(QueueFull, match="one client") as refused:
            pool.submit(LONG, voice=voice, client="a")
        assert refused.value.retry_after_s >= 1
        pool.submit(LONG, voice=voice, client="b")
        with pytest.raises(QueueFull, match="3 requests"):
            pool.submit(LONG, voice=voice, client="c")
        first.cancel()
        until(lambda: pool.open_requests == 2)
        pool.submit(LONG, voice=voice, client="c")


def test_cancelling_stops_the_computation(pool: SynthesisPool, voice: str) -> None:
    request = pool.submit(LONG, voice=voice)
    chunks = iter(request)
    next(chunks)
    request.cancel()
    with pytest.raises(RequestCancelled):
        next(chunks)
    until(lambda: pool.open_requests == 0)
    whole_s = sum(chunk.duration_s for chunk in pool.submit(LONG, voice=voice))
    assert request.audio_s < whole_s


def test_leaving_the_block_cancels(pool: SynthesisPool, voice: str) -> None:
    with pool.submit(LONG, voice=voice) as request:
        pass
    assert request.ended


def test_a_deadline_ends_what_takes_too_long(pool: SynthesisPool, voice: str) -> None:
    with pytest.raises(DeadlineExceeded, match=r"within 0\.001 s"):
        list(pool.submit(LONG, voice=voice, deadline_s=0.001))
    assert pool.open_requests == 0


def test_who_does_not_read_is_not_computed_for(voice: str) -> None:
    with pool_of(ahead_s=0.5, stall_s=60) as pool:
        request = pool.submit(LONG, voice=voice)
        until(lambda: request.set_aside)
        assert joined(pool.submit("你好。", voice=voice)).size  # the workers are free
        samples = joined(request)
        assert np.array_equal(samples, joined(pool.submit(LONG, voice=voice)))


def test_who_never_reads_is_given_up(voice: str) -> None:
    with pool_of(ahead_s=0.5, stall_s=0.01) as pool:
        request = pool.submit(LONG, voice=voice)
        until(lambda: request.ended)
        with pytest.raises(DeadlineExceeded, match="nobody read"):
            list(request)
        assert pool.open_requests == 0


def test_the_time_that_a_reader_takes_does_not_count(voice: str) -> None:
    with pool_of(ahead_s=0.1) as pool:
        list(pool.submit(LONG, voice=voice))  # the voice is loaded
        request = pool.submit(LONG, voice=voice, deadline_s=30)
        until(lambda: request.set_aside)
        request.given_at -= 3600  # an hour at the reader's
        assert request.deadline is not None
        before = request.deadline
        assert joined(request).size
        assert request.deadline - before >= 3600


def test_closing_finishes_what_is_open(voice: str) -> None:
    with pool_of() as pool:
        requests = [pool.submit(text, voice=voice, client=text) for text in SENTENCES]
        pool.close()
        for request in requests:
            assert joined(request).size
        with pytest.raises(ServiceStopping):
            pool.submit("你好。", voice=voice)


def test_closing_at_once_tells_the_readers(voice: str) -> None:
    with pool_of(workers=1) as pool:
        request = pool.submit(LONG * 4, voice=voice)
        next(iter(request))
        pool.close(0)
        with pytest.raises(ServiceStopping):
            list(request)
        assert pool.open_requests == 0


def test_the_audible_label_comes_first(pool: SynthesisPool, voice: str) -> None:
    plain = joined(pool.submit("你好。", voice=voice))
    told = joined(pool.submit("你好。", voice=voice, announced=True))
    assert len(told) > len(plain)
    assert np.array_equal(told[-len(plain) :], plain)
    assert np.abs(told[: len(told) - len(plain)]).max() > 0.1


def test_a_voice_is_opened_once_and_the_oldest_let_go(speaker: Callable[..., Synthesizer]) -> None:
    opened: list[str | None] = []

    def open_voice(name: str | None, device: str) -> Synthesizer:
        opened.append(name)
        time.sleep(0.02)
        return speaker()

    voices = Voices(2, open_voice)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: voices.get("a", "cpu"), range(8)))
    assert opened == ["a"]
    voices.get("b", "cpu")
    voices.get("c", "cpu")
    voices.get("a", "cpu")
    assert opened == ["a", "b", "c", "a"]
