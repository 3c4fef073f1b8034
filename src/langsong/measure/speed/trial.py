"""One measured process: opens a voice, speaks a text several times, prints JSON.

Run as ``python -m langsong.measure.speed.trial JSON``, so that memory, threads and caches of one
configuration do not touch another's.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Trial:
    """A configuration.

    Attributes:
        characters: hanzi of the passage. streaming: chunk by chunk, or whole. runs: counted, after one warm-up.
    """

    voice: str | None
    runtime: str
    precision: str
    threads: int
    characters: int
    streaming: bool
    runs: int


@dataclass(frozen=True)
class TrialResult:
    """What was measured.

    Attributes:
        audio_s: length of the speech. wall_s: per run. first_chunk_s: per run, until the first samples.
        peak_rss_mb: of the process; None where the platform does not say.
    """

    description: str
    audio_s: float
    wall_s: list[float]
    first_chunk_s: list[float]
    peak_rss_mb: float | None


def peak_rss_mb() -> float | None:
    """Largest resident memory of this process so far."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / (1 << 10)


def run(trial: Trial) -> TrialResult:
    """Measure one configuration in this process."""
    from langsong.engine.synthesizer import Synthesizer

    from .texts import passage

    synthesizer = Synthesizer.open(
        trial.voice, runtime=trial.runtime, precision=trial.precision, threads=trial.threads, cache_bytes=0
    )
    text = passage(trial.characters)
    walls, firsts, audio_s = [], [], 0.0
    for _ in range(trial.runs + 1):
        start = time.perf_counter()
        if trial.streaming:
            first, audio_s = None, 0.0
            for chunk in synthesizer.stream(text):
                first = first or time.perf_counter() - start
                audio_s += chunk.duration_s
            firsts.append(first or 0.0)
        else:
            audio_s = synthesizer.say(text).duration_s
        walls.append(time.perf_counter() - start)
    return TrialResult(synthesizer.runtime.description, audio_s, walls[1:], firsts[1:], peak_rss_mb())


if __name__ == "__main__":
    json.dump(asdict(run(Trial(**json.loads(sys.argv[1])))), sys.stdout)
