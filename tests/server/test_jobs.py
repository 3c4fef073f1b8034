"""Long texts as jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from running import Running, running

from langsong.audio.encode import to_pcm16
from langsong.audio.files import read_audio
from langsong.server.auth import digest
from langsong.server.settings import ApiKey
from langsong.types import Float32

TEXT = "你好。再见！"
LONG = "".join(f"第{day}天，花都开了。" for day in range(1, 201))  # no two alike: a cache would end it at once


def finished(http: httpx.Client, identity: str) -> dict[str, object]:
    seen: list[float] = []
    for _ in range(6000):
        status = http.get(f"/v1/jobs/{identity}").json()
        seen.append(status["progress"])
        if status["state"] not in ("waiting", "running"):
            assert seen == sorted(seen)
            return dict(status)
        time.sleep(0.01)
    raise TimeoutError(identity)


def test_a_job_makes_a_file_and_its_subtitles(http: httpx.Client, alone: Callable[..., Float32]) -> None:
    made = http.post("/v1/jobs", json={"text": TEXT, "speaker": "songbai"})
    identity = made.json()["id"]
    assert made.status_code == 202
    assert made.headers["location"] == f"/v1/jobs/{identity}"
    status = finished(http, identity)
    assert (status["state"], status["progress"], status["characters"]) == ("done", 1.0, len(TEXT))
    answer = http.get(f"/v1/jobs/{identity}/result")
    samples, rate = read_audio(answer.content)
    assert answer.headers["content-type"] == "audio/wav"
    assert np.array_equal(np.rint(samples * 32768), to_pcm16(alone(TEXT, early=False, speaker="songbai")))
    assert status["seconds"] == pytest.approx(len(samples) / rate, abs=1e-3)
    subtitles = http.get(f"/v1/jobs/{identity}/subtitles").text
    assert subtitles.startswith("1\n00:00:00,000 --> ")
    assert "再见" in subtitles
    assert http.get(f"/v1/jobs/{identity}/subtitles", params={"format": "vtt"}).text.startswith("WEBVTT")
    assert http.get(f"/v1/jobs/{identity}/subtitles", params={"format": "doc"}).status_code == 400
    assert identity in [job["id"] for job in http.get("/v1/jobs").json()]
    assert http.delete(f"/v1/jobs/{identity}").status_code == 204
    assert http.get(f"/v1/jobs/{identity}/result").status_code == 404


def test_a_job_that_runs_can_be_cancelled(embedded_server: Running, http: httpx.Client) -> None:
    identity = http.post("/v1/jobs", json={"text": LONG}).json()["id"]
    early = http.get(f"/v1/jobs/{identity}/result")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_ready")
    assert http.delete(f"/v1/jobs/{identity}").status_code == 204
    assert finished(http, identity)["state"] == "cancelled"
    assert http.get(f"/v1/jobs/{identity}/result").status_code == 409
    for _ in range(6000):
        if not embedded_server.service.pool.open_requests:
            return
        time.sleep(0.01)
    raise TimeoutError("the computation goes on")


def test_a_job_that_fails_says_why(http: httpx.Client) -> None:
    identity = http.post("/v1/jobs", json={"text": TEXT, "speaker": "nobody"}).json()["id"]
    status = finished(http, identity)
    assert status["state"] == "failed"
    assert status["error"]["code"] == "option_error"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("jobs")
    keys = tuple(ApiKey(name=name, sha256=digest(name)) for name in ("alice", "bob"))
    with running(threads=1, max_jobs=1, job_kept_s=0.01, jobs_folder=folder, keys=keys) as served:
        yield served
    assert list(folder.iterdir()) == []


def test_jobs_are_bounded_private_and_not_kept_for_ever(strict: Running) -> None:
    alice, bob = (httpx.Client(base_url=strict.url(), headers={"X-API-Key": name}) for name in ("alice", "bob"))
    with alice, bob:
        identity = alice.post("/v1/jobs", json={"text": LONG}).json()["id"]
        assert bob.get(f"/v1/jobs/{identity}").status_code == 404
        assert bob.delete(f"/v1/jobs/{identity}").status_code == 404
        assert bob.get("/v1/jobs").json() == []
        assert bob.post("/v1/jobs", json={"text": TEXT}).status_code == 429
        # a listener does not wait for a book
        assert alice.post("/v1/tts", json={"text": "你好。"}, timeout=60).status_code == 200
        assert alice.get(f"/v1/jobs/{identity}").json()["state"] in ("waiting", "running")
        alice.delete(f"/v1/jobs/{identity}")
        for _ in range(6000):
            if alice.get(f"/v1/jobs/{identity}").status_code == 404:
                break
            time.sleep(0.01)
        assert alice.get("/v1/jobs").json() == []
