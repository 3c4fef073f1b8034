"""How many streams, threads and sentences together speak most in a second: each combination in a process of its own.

Run as ``python -m langsong.measure.speed.tune JSON`` for one of them.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from langsong.engine.device import available_cores

from .bench import run_apart
from .texts import PASSAGE
from .trial import peak_rss_mb

BATCHES = (1, 4, 8)


@dataclass(frozen=True)
class Combination:
    """What is tried (`engine.tuning.Tuning` has the same)."""

    voice: str | None
    runtime: str
    precision: str
    streams: int
    threads: int
    batch: int


@dataclass(frozen=True)
class Throughput:
    """What came of it.

    Attributes:
        audio_per_s: seconds of speech in a second.
        cpu_per_audio: processor seconds of a second of speech, which other work on the machine touches least.
        peak_rss_mb: of the process; None where the platform does not say.
    """

    combination: Combination
    audio_per_s: float
    cpu_per_audio: float
    peak_rss_mb: float | None


def tune(
    voice: str | None, runtime: str, precision: str, progress: Callable[[Throughput], None] = lambda found: None
) -> Throughput:
    """The best combination of this machine.

    Streams and threads are tried without batches first, then batches with the best of them.

    Args:
        progress: is told each one when it is measured.

    Raises:
        BenchError: a process failed.
    """

    def measured(combination: Combination) -> Throughput:
        found = Throughput(**{**run_apart(__name__, asdict(combination)), "combination": combination})
        progress(found)
        return found

    tried = [measured(Combination(voice, runtime, precision, *shape, 1)) for shape in shapes(available_cores())]
    best = max(tried, key=lambda found: found.audio_per_s)
    batched = [measured(replace(best.combination, batch=batch)) for batch in BATCHES if batch > 1]
    return max([best, *batched], key=lambda found: found.audio_per_s)


def shapes(cores: int) -> Iterator[tuple[int, int]]:
    """Streams and threads that keep every core busy, and one stream more than that."""
    for threads in range(1, cores + 1):
        if cores % threads == 0:
            yield cores // threads, threads
    yield cores + 1, 1


def measure(combination: Combination) -> Throughput:
    """Speak with one combination in this process."""
    from langsong.engine.synthesizer import Synthesizer

    synthesizer = Synthesizer.open(
        combination.voice,
        runtime=combination.runtime,
        precision=combination.precision,
        threads=combination.threads,
        cache_bytes=0,
        batch=combination.batch,
    )
    sentences = re.findall("[^。]+。", PASSAGE)
    texts = [sentence.replace("，", f"，{word}", 1) for word in ("", "还有", "而且", "其实") for sentence in sentences]

    def spoken(texts: list[str]) -> float:
        return sum(said.duration_s for said in synthesizer.say_many(texts, workers=combination.streams))

    spoken(texts[: len(sentences)])  # so that graphs of all lengths are loaded
    wall, cpu = time.perf_counter(), time.process_time()
    audio_s = spoken(texts)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Throughput(combination, audio_s / wall, cpu / audio_s, peak_rss_mb())


if __name__ == "__main__":
    json.dump(asdict(measure(Combination(**json.loads(sys.argv[1])))), sys.stdout)
