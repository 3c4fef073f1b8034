"""How many machines a load needs and what they cost, from what sentences take here."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .load import sentences
from .queueing import Outcome, Servers, arriving

if TYPE_CHECKING:
    from langsong.engine.synthesizer import Synthesizer

TIMES = (0.5, 0.8, 0.9, 1.0, 1.5, 10.0, 100.0)
"""Of what a machine can do, so much is asked of it."""


@dataclass(frozen=True)
class Work:
    """What sentences take: for each, the seconds of a processor for each of its chunks.

    Attributes:
        characters: of all sentences together, punctuation included.
        audio_s: seconds of speech.
    """

    chunks: Sequence[Sequence[float]]
    characters: int
    audio_s: float

    @property
    def processor_s(self) -> float:
        """Of all."""
        return sum(map(sum, self.chunks))

    @property
    def characters_per_processor_s(self) -> float:
        return self.characters / self.processor_s


def measure_work(synthesizer: Synthesizer, count: int = 12) -> Work:
    """Speak sentences of 10-40 characters one by one; the synthesizer must compute on one thread, without a cache."""
    texts = list(itertools.islice(sentences(), count))
    chunks, audio_s = [], 0.0
    for text in texts:
        seconds = []
        begun = time.process_time()
        for chunk in synthesizer.stream(text):
            seconds.append(time.process_time() - begun)
            begun = time.process_time()
            audio_s += chunk.duration_s
        chunks.append(seconds)
    return Work(chunks, sum(map(len, texts)), audio_s)


@dataclass(frozen=True)
class Point:
    """A machine under a load that is `times` what it can do; times in seconds, of what is answered.

    Attributes:
        per_second: requests answered.
        refused: share of all requests.
        first_p50, first_p95: to the first chunk.
    """

    times: float
    per_second: float
    refused: float
    first_p50: float
    first_p95: float


def behaviour(work: Work, servers: Servers, seconds: float = 600.0) -> Iterator[Point]:
    """What a machine does at `TIMES` its capacity, with independent clients that do not come again when refused."""
    most = servers.workers * len(work.chunks) / work.processor_s
    for times in TIMES:
        found: Outcome = arriving(servers, work.chunks, rate=times * most, seconds=seconds)
        p50, p95 = np.percentile(found.first_s, (50, 95)).tolist()
        yield Point(times, found.per_second, found.refused_share, p50, p95)


@dataclass(frozen=True)
class Fleet:
    """What a load needs.

    Attributes:
        processors, machines: in all.
        cost_per_million: characters, in the currency of the price.
    """

    processors: int
    machines: int
    cost_per_million: float


def fleet(work: Work, characters_per_minute: float, *, cores: int, price: float, busy: float) -> Fleet:
    """How many machines speak so many characters a minute.

    Args:
        cores: processors of a machine.
        price: of a machine for an hour.
        busy: share of their time that processors compute.
    """
    speed = 60 * work.characters_per_processor_s * busy
    machines = math.ceil(characters_per_minute / (speed * cores))
    return Fleet(machines * cores, machines, price / 60 / (speed * cores) * 1e6)
