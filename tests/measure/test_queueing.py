"""The simulated queue against formulas, and against what cannot be otherwise."""

from __future__ import annotations

import logging
import math
import random
import statistics
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from langsong.engine.pool import SynthesisPool
from langsong.measure.speed.queueing import Servers, arriving, asking_again
from langsong.types import AudioChunk

log = logging.getLogger("queueing")


def exponential(seed: int, mean: float, count: int = 20_000) -> list[list[float]]:
    drawn = random.Random(seed)
    values = [drawn.expovariate(1 / mean) for _ in range(count)]
    scale = mean / statistics.fmean(values)
    return [[value * scale] for value in values]


def states(load: float, workers: int, most_open: int) -> list[float]:
    """How likely 0, 1 … requests are open in M/M/c/K (Erlang)."""
    weights = [
        load**n / math.factorial(n) if n <= workers else load**n / (math.factorial(workers) * workers ** (n - workers))
        for n in range(most_open + 1)
    ]
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(("workers", "most_open", "load"), [(1, 200, 0.7), (2, 6, 1.5), (4, 200, 3.2), (2, 4, 8.0)])
def test_erlang(workers: int, most_open: int, load: float) -> None:
    """`load` in requests that would be computed at once, if there were workers for all (erlang)."""
    found = arriving(Servers(workers, most_open), exponential(2, 1.0), rate=load, seconds=40_000, seed=3)
    likely = states(load, workers, most_open)
    assert found.refused_share == pytest.approx(likely[-1], abs=0.012)
    assert found.per_second == pytest.approx(load * (1 - likely[-1]), rel=0.03)
    mean_open = sum(n * p for n, p in enumerate(likely))
    assert statistics.fmean(found.whole_s) == pytest.approx(mean_open / (load * (1 - likely[-1])), rel=0.08)


def test_turns_of_one_chunk() -> None:
    """A sentence does not wait for a book."""
    book, sentence = [0.1] * 1000, [0.1]
    found = arriving(Servers(1, 100), [sentence] * 999 + [book], rate=2.0, seconds=20_000)
    waits = sorted(found.first_s)
    assert waits[len(waits) // 2] < 0.3
    assert max(found.whole_s) > 100


def test_clients_that_ask_again_keep_all_workers_busy() -> None:
    work = [[0.05, 0.1, 0.1]]
    few = asking_again(Servers(2, 64), work, clients=1, seconds=100)
    many = asking_again(Servers(2, 64), work, clients=8, seconds=100)
    assert few.per_second == pytest.approx(1 / 0.25, rel=0.02)
    assert many.per_second == pytest.approx(2 / 0.25, rel=0.02)
    assert not many.refused
    assert statistics.fmean(many.whole_s) == pytest.approx(8 / many.per_second, rel=0.03)  # Little's law


def test_a_full_server_refuses_and_stays_as_fast() -> None:
    found = asking_again(Servers(2, 4), [[0.25]], clients=20, seconds=200, retry_s=1.0)
    assert found.refused > found.answered
    assert found.per_second == pytest.approx(8, rel=0.02)
    assert max(found.whole_s) <= 0.5 + 1e-9


class Sleeping:
    """A voice whose chunks take as long as they are to, whatever else the machine does."""

    sample_rate, cache_lookups = 24000, (0, 0)
    runtime = SimpleNamespace(description="sleeps")

    def stream(self, text: str, options: object = None, *, early: bool = True) -> Iterator[AudioChunk]:
        for seconds in WORKS[int(text)]:
            time.sleep(seconds)
            yield AudioChunk(np.zeros(240, np.float32), self.sample_rate)


drawn = random.Random(5)
WORKS = [[0.02, *(drawn.uniform(0.03, 0.06) for _ in range(drawn.randint(1, 5)))] for _ in range(50)]


@pytest.mark.slow
@pytest.mark.parametrize("clients", [1, 2, 4, 8, 16])
def test_the_pool_itself(clients: int) -> None:
    """The real pool, with clients that ask again: as simulated."""
    seconds = 12.0
    firsts: list[float] = []  # of those that are answered after a second and before the end
    voice = Sleeping()
    with SynthesisPool(workers=2, queue_size=64, open_voice=lambda name, device: voice) as pool:
        begin = time.monotonic() + 1
        end = begin + seconds

        def client(number: int) -> None:
            texts = random.Random(number)
            while time.monotonic() < end:
                request = pool.submit(str(texts.randrange(len(WORKS))), client=str(number))
                list(request)
                if begin < time.monotonic() < end:
                    firsts.append(request.first_chunk_s or 0.0)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    simulated = asking_again(Servers(2, 64), WORKS, clients=clients, seconds=200)
    measured = {"per_second": len(firsts) / seconds, "first_p50": statistics.median(firsts)}
    log.info(
        "%d clients: %s, simulated %.2f a second, first chunk %.3f s",
        clients, measured, simulated.per_second, statistics.median(simulated.first_s),
    )  # fmt: skip
    assert measured["per_second"] == pytest.approx(simulated.per_second, rel=0.15)
    assert measured["first_p50"] == pytest.approx(statistics.median(simulated.first_s), rel=0.25, abs=0.01)
