"""The load tool against a server: it counts what it hears, and refusals and failures apart."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from running import Running, running

from langsong.measure.speed.load import load, offline, sentences


def test_what_is_heard_is_counted(embedded_server: Running) -> None:
    result = asyncio.run(load(embedded_server.url(), clients=2, seconds=0.1, stream=True))
    assert result.answered == len(result.first_byte_s) >= 2
    assert result.audio_s > 2 * result.answered
    assert (result.refused, result.failures) == (0, {})
    assert len(result.rss_mb) == 2
    assert result.summary()["first_byte_ms"]["max"] <= 1000 * result.wall_s


def test_refusals_are_no_failures() -> None:
    with running(threads=1, max_queue=1) as server:
        result = asyncio.run(load(server.url(), clients=3, seconds=0.5, stream=False))
    assert result.refused >= 2
    assert result.answered >= 1
    assert not result.failures


@pytest.mark.slow
def test_without_a_server(embedded_server: Running) -> None:
    result = offline(embedded_server.service.synthesizer(), workers=2, seconds=0.01)
    assert result.answered >= 1
    assert result.audio_s > 2


def test_no_sentence_comes_twice() -> None:
    some = list(itertools.islice(sentences(), 100))
    assert len(set(some)) == 100
