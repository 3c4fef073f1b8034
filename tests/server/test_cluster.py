"""The service with voices on a Ray cluster of several processes: everything else is as without one."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from running import Running, running

from langsong.bundle.install import InstallReport, install
from langsong.engine.synthesizer import Synthesizer
from langsong.server.auth import digest
from langsong.types import Float32

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed"),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds replicas in /proc"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),  # of its own settings, which it reads itself
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # it leaves its log files to the garbage collector
]

ALICE, BOB = {"Authorization": "Bearer alice"}, {"Authorization": "Bearer bob"}


@pytest.fixture(scope="module")
def served(imported: Callable[[str], InstallReport]) -> Iterator[Running]:
    from langsong.server.cluster import serving

    keys = (
        {"name": "alice", "sha256": digest("alice")},
        {"name": "bob", "sha256": digest("bob"), "requests_per_minute": 1},
    )
    with (
        serving("local"),
        running(
            ray="local", max_replicas=1, voice=str(imported("base").voice.folder), precision="f32", cache_bytes=0,
            keys=keys,
        ) as server,
    ):  # fmt: skip
        yield server


@pytest.fixture
def http(served: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url(), timeout=120, headers=ALICE) as client:
        yield client


def samples(synthesizer: Synthesizer, text: str) -> Float32:
    return np.concatenate([chunk.samples for chunk in synthesizer.stream(text)])


def test_speech_comes_in_pieces_and_as_alone(
    http: httpx.Client, served: Running, speaker: Callable[..., Synthesizer]
) -> None:
    text = "今天天气真好。我们去公园散步吧。"
    chunks = list(served.service.synthesizer().stream(text))
    assert len(chunks) > 2
    assert np.array_equal(np.concatenate([chunk.samples for chunk in chunks]), samples(speaker("base"), text))
    with http.stream("POST", "/v1/tts", json={"text": text, "format": "pcm", "stream": True}) as answer:
        assert answer.status_code == 200
        pieces = list(answer.iter_raw())
    assert len(pieces) > 2
    assert b"".join(pieces) == http.post("/v1/tts", json={"text": text, "format": "pcm", "stream": True}).content


def test_keys_limits_and_mistakes(http: httpx.Client, served: Running) -> None:
    body = {"text": "你好。"}
    assert httpx.post(served.url() + "/v1/tts", json=body).status_code == 401
    assert [http.post("/v1/tts", json=body, headers=BOB).status_code for _ in range(2)] == [200, 429]
    wrong = http.post("/v1/tts", json={"text": "你好{ni9}。"})
    assert wrong.status_code == 400
    assert wrong.json()["error"]["position"] == 2
    assert http.post("/v1/tts", json={**body, "speaker": "nobody"}).status_code == 400
    assert http.post("/v1/tts", json={**body, "voice": "absent"}).status_code == 404


def test_a_job(http: httpx.Client) -> None:
    job = http.post("/v1/jobs", json={"text": "你好。" * 10}).json()
    deadline = time.monotonic() + 60
    while (state := http.get(f"/v1/jobs/{job['id']}").json()["state"]) not in ("done", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state == "done"
    assert http.get(f"/v1/jobs/{job['id']}/result").content[:4] == b"RIFF"


def test_another_voice(
    http: httpx.Client, kantts_voice: Callable[[str], Path], speaker: Callable[..., Synthesizer]
) -> None:
    install(kantts_voice("nsf"), name="second")
    body = {"text": "你好。", "format": "pcm", "stream": True}
    first, second = (http.post("/v1/tts", json={**body, **voice}).content for voice in ({}, {"voice": "second"}))
    assert first != second
    said = np.frombuffer(second, "<i2") / 32768
    assert np.abs(said - samples(speaker("nsf"), "你好。")).max() < 1e-4


def test_hanging_up(http: httpx.Client, served: Running) -> None:
    with http.stream("POST", "/v1/tts", json={"text": "春天来了。" * 500, "stream": True}) as answer:
        next(answer.iter_raw())
    served.drained()


def replicas() -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
            session = int((process / "stat").read_text().rpartition(")")[2].split()[3])
        except OSError:  # it has ended
            continue
        if title.startswith(b"ray::ServeReplica:langsong:voices") and session == os.getsid(0):
            found.append(int(process.name))
    return found


def test_a_replica_killed_while_it_speaks(served: Running, speaker: Callable[..., Synthesizer]) -> None:
    text = "".join(f"第{n}天，春天来了。" for n in range(100))
    chunks = iter(served.service.synthesizer().stream(text))
    begun = [next(chunks)]
    (replica,) = replicas()
    os.kill(replica, signal.SIGKILL)
    begun += chunks
    assert replica not in replicas()
    assert np.array_equal(np.concatenate([chunk.samples for chunk in begun]), samples(speaker("base"), text))
