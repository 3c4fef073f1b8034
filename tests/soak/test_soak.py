"""Thousands of mixed requests to one server: none is lost or answered twice, and it stays what it was.

`make soak` asks 10 000; SOAK_REQUESTS says how many. With few, memory still grows to what the shapes of requests need,
so its bound holds from some thousands on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from mixture import request

from langsong.bundle.install import InstallReport

REQUESTS = int(os.environ.get("SOAK_REQUESTS", "100"))
CLIENTS = 4
FIXED = {"text": "今天天气真好，我们去公园散步吧。", "emotion": "happy", "speed": 1.1, "format": "pcm"}
MOST_GROWTH = 0.03
ENOUGH_TO_SEE_GROWTH = 3000

log = logging.getLogger("soak")
logging.getLogger("httpx").setLevel(logging.WARNING)

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="reads /proc")


@pytest.fixture(scope="module")
def server(imported: Callable[[str], InstallReport]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [
            sys.executable, "-m", "langsong", "serve", "--no-studio", "--port", "0", "--threads", "1",
            "--voice", str(imported("base").voice.folder), "--precision", "f32",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "LANGSONG_CACHE_BYTES": "1000000", "LANGSONG_LOG_LEVEL": "error"},
    )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    with httpx.Client(base_url=address) as http:
        deadline = time.monotonic() + 120
        while http.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield process, address
    process.kill()
    process.communicate()


def status(process: subprocess.Popen[str]) -> dict[str, int]:
    """Numbers of /proc/PID/status; memory in kB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    words = {key: value.split()[:1] for key, _, value in (line.partition(":") for line in lines)}
    return {key: int(first) for key, found in words.items() for first in found if first.isdigit()}


def figure(http: httpx.Client, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = http.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((name + "{", name + " ")))


def drained(http: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while figure(http, "langsong_open_requests"):
        assert time.monotonic() < deadline, "speech is computed for nobody"
        time.sleep(0.05)


def test_mixed_requests(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    kinds: Counter[str] = Counter()
    seen: list[dict[str, int]] = []
    with (
        httpx.Client(base_url=address, timeout=300, limits=httpx.Limits(max_connections=CLIENTS)) as http,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):

        def ask(number: int) -> tuple[str, str]:
            wanted = request(number)
            return wanted.kind, wanted.send(http)

        def ask_all(numbers: range) -> None:
            for answered in clients.map(ask, numbers):
                kinds[answered[1]] += 1
            drained(http)
            seen.append(status(process))

        before = http.post("/v1/tts", json=FIXED).content
        tenth = max(REQUESTS // 10, 1)
        for begin in range(0, REQUESTS, tenth):
            ask_all(range(begin, min(begin + tenth, REQUESTS)))
        asked = figure(http, "langsong_speech_requests_total")
        assert http.post("/v1/tts", json=FIXED).content == before
    assert sum(kinds.values()) == REQUESTS
    assert set(kinds) == {"spoken", "refused", "hung up"}
    # Each that spoke or was hung up on was computed once; of the mistakes, those in the text reach the pool.
    assert kinds["spoken"] + kinds["hung up"] < asked <= REQUESTS + 1
    begun, ended = seen[1], seen[-1]
    figures = {key: [numbers[key] for numbers in seen] for key in ("VmRSS", "Threads")}
    log.info("%d requests: %s, %s", REQUESTS, dict(kinds), figures)
    if REQUESTS >= ENOUGH_TO_SEE_GROWTH:  # pools of threads fill as they are needed
        assert ended["Threads"] <= max(s["Threads"] for s in seen[:3])
        assert ended["VmRSS"] <= (1 + MOST_GROWTH) * begun["VmRSS"]
