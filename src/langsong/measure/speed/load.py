"""What a server bears: clients that ask one sentence after the other, and the same without a server to compare."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from langsong.errors import MissingExtra

from .texts import PASSAGE

if TYPE_CHECKING:
    import httpx

    from langsong.engine.synthesizer import Synthesizer

_SAMPLE_RATE = 24000
_RSS = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)


@dataclass
class Load:
    """What happened.

    Attributes:
        clients: at the same time. answered: requests that got all their audio.
        refused: requests that got 429; they were made again when the server said.
        failures: others, by what went wrong.
        audio_s: of speech received, in `wall_s` seconds.
        first_byte_s: of each answered request, from sending it to the first audio.
        rss_mb: of the server after its first tenth of the time and at the end; empty if it does not say.
    """

    clients: int
    answered: int = 0
    refused: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    audio_s: float = 0.0
    wall_s: float = 0.0
    first_byte_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """For people and JSON."""
        figures = asdict(self)
        first_byte_ms = [1000 * seconds for seconds in figures.pop("first_byte_s")]
        if first_byte_ms:
            p50, p95, most = np.percentile(first_byte_ms, (50, 95, 100)).round(1).tolist()
            figures["first_byte_ms"] = {"p50": p50, "p95": p95, "max": most}
        figures["audio_per_second"] = round(self.audio_s / self.wall_s, 3)
        return figures


def sentences() -> Iterator[str]:
    """Sentences of 10-40 hanzi without end, no two alike, nor like an earlier run's, so that no cache knows them."""
    passage = re.findall("[^。]+。", PASSAGE)
    for number, sentence in zip(itertools.count(random.randrange(1000, 9000)), itertools.cycle(passage)):
        yield f"第{number}句，{sentence}"


async def load(url: str, *, clients: int, seconds: float, stream: bool, key: str | None = None) -> Load:
    """Ask a server for sentences for so many seconds; what has been asked for then is waited for.

    Args:
        url: of the server.
        clients: that ask at the same time.
        stream: have the audio while it is computed; without, as whole files.
        key: an API key.

    Raises:
        MissingExtra: httpx is not installed.
    """
    try:
        import httpx
    except ImportError:
        raise MissingExtra("measure", "the load on a server") from None

    result = Load(clients)
    texts = sentences()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=300) as http:
        begun = time.monotonic()

        async def client() -> None:
            while time.monotonic() - begun < seconds:
                await _ask(http, next(texts), stream, result)

        async def watch() -> None:
            await asyncio.sleep(seconds / 10)
            await _note_rss(http, result)

        await asyncio.gather(*(client() for _ in range(clients)), watch())
        result.wall_s = time.monotonic() - begun
        await _note_rss(http, result)
    return result


async def _ask(http: httpx.AsyncClient, text: str, stream: bool, result: Load) -> None:
    import httpx

    body = {"text": text, "format": "pcm", "stream": stream, "sample_rate": _SAMPLE_RATE}
    sent, first, count = time.monotonic(), None, 0
    try:
        async with http.stream("POST", "/v1/tts", json=body) as answer:
            async for data in answer.aiter_raw():
                first = first or time.monotonic() - sent
                count += len(data)
    except httpx.HTTPError as error:
        result.failures[type(error).__name__] += 1
        return
    if answer.status_code == 429:
        result.refused += 1
        await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
    elif answer.status_code != 200 or first is None:
        result.failures[str(answer.status_code)] += 1
    else:
        result.answered += 1
        result.audio_s += count / 2 / _SAMPLE_RATE
        result.first_byte_s.append(first)


async def _note_rss(http: httpx.AsyncClient, result: Load) -> None:
    if found := _RSS.search((await http.get("/metrics")).text):
        result.rss_mb.append(round(float(found[1]) / 1e6, 1))


def offline(synthesizer: Synthesizer, *, workers: int, seconds: float) -> Load:
    """The same sentences without a server, `workers` at a time, whole: the figure that a server is compared with."""
    result = Load(workers)
    begun = time.monotonic()
    texts = itertools.takewhile(lambda _: time.monotonic() - begun < seconds, sentences())
    for speech in synthesizer.say_many(texts, workers=workers, sample_rate=_SAMPLE_RATE):
        result.answered += 1
        result.audio_s += speech.duration_s
    result.wall_s = time.monotonic() - begun
    return result
