"""What a client may not do, and how it is told; a client that hangs up; the odd corners of a request."""

from __future__ import annotations

import base64
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from running import Running, running

from langsong.audio.encode import encode
from langsong.server.auth import digest, new_key
from langsong.server.settings import ApiKey

LONG = "春天来了，花都开了。" * 30


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    return {"alice": new_key(), "bob": new_key()}


@pytest.fixture(scope="module")
def small(keys: dict[str, str]) -> Iterator[Running]:
    """A server with keys and tight limits."""
    with running(
        threads=1,
        workers=1,
        cache_bytes=0,
        max_queue=2,
        max_text_characters=1000,
        max_upload_bytes=200_000,
        max_reference_s=2.0,
        cors_origins=("https://example.org",),
        keys=(
            ApiKey(name="alice", sha256=digest(keys["alice"])),
            ApiKey(name="bob", sha256=digest(keys["bob"]), requests_per_minute=3, characters_per_day=20),
        ),
    ) as served:
        yield served


@pytest.fixture
def alice(small: Running, keys: dict[str, str]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys['alice']}"}
    with httpx.Client(base_url=small.url(), headers=headers, timeout=60) as client:
        yield client


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def silence(seconds: float) -> str:
    return base64.b64encode(encode(np.zeros(int(8000 * seconds), np.float32), 8000, "opus", label=False)).decode()


BAD_BODIES: list[tuple[str, Any, int, str]] = [
    ("/v1/tts", {}, 400, "missing"),
    ("/v1/tts", {"text": ""}, 400, "string_too_short"),
    ("/v1/tts", {"text": "……"}, 400, "text_error"),
    ("/v1/tts", {"text": "你好\x00"}, 400, "text_error"),
    ("/v1/tts", {"text": "好" * 1001}, 413, "request_too_large"),
    ("/v1/tts", {"text": "你好", "speed": 0}, 400, "greater_than_equal"),
    ("/v1/tts", {"text": "你好", "speed": "fast"}, 400, "float_parsing"),
    ("/v1/tts", {"text": "你好", "pitch": "NaN"}, 400, "finite_number"),
    ("/v1/tts", {"text": "你好", "sample_rate": 1}, 400, "greater_than_equal"),
    ("/v1/tts", {"text": "你好", "speaker": "nobody"}, 400, "option_error"),
    ("/v1/tts", {"text": "你好", "emotion": "happy:x"}, 400, "value_error"),
    ("/v1/tts", {"text": "你好", "volume_": 1}, 400, "extra_forbidden"),
    ("/v1/tts", {"text": "你好", "format": "midi"}, 400, "value_error"),
    ("/v1/tts", {"text": "你好", "stream_format": "xml"}, 400, "literal_error"),
    ("/v1/tts", {"text": "你好", "voice": "../../etc"}, 404, "voice_not_found"),
    ("/v1/tts", {"text": "你好", "voice": "/"}, 404, "voice_not_found"),
    ("/v1/tts", {"text": "<speak>你好"}, 400, "text_error"),
    ("/v1/tts", {"text": "<speak><!DOCTYPE a [<!ENTITY b 'c'>]>&b;</speak>"}, 400, "text_error"),
    ("/v1/tts", {"text": "你好", "reference_audio": "not base64!"}, 400, "audio_error"),
    ("/v1/tts", {"text": "你好", "reference_audio": "/etc/passwd"}, 400, "audio_error"),
    ("/v1/tts", {"text": "你好", "reference_audio": base64.b64encode(b"noise").decode()}, 400, "audio_error"),
    ("/v1/tts", {"text": "你好", "reference_audio": silence(3)}, 400, "audio_error"),
    ("/v1/tts", {"text": "你好", "reference_audio": "A" * 250_000}, 413, "request_too_large"),
    ("/v1/tts", [], 400, "model_type"),
    ("/v1/tts/analyse", {"text": "你好", "emotion": "happy"}, 400, "extra_forbidden"),
    ("/v1/tts/analyse", {"text": "好" * 1001}, 413, "request_too_large"),
    ("/v1/tts/analyse", {"text": "你\ud800好"}, 400, "string_unicode"),
    ("/v1/jobs", {"text": "你好", "stream": True}, 400, "extra_forbidden"),
    ("/v1/audio/speech", {"model": "tts-1", "input": "你好"}, 400, "missing"),
    ("/v1/audio/speech", {"model": "tts-1", "input": "你好", "voice": 3}, 400, "string_type"),
]


@pytest.mark.parametrize(("path", "body", "status", "code"), BAD_BODIES)
def test_mistakes_have_a_status_and_a_code(alice: httpx.Client, path: str, body: Any, status: int, code: str) -> None:
    answer = alice.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), error
    assert "\n" not in error["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"text": 1e999}'])
def test_what_is_not_json(alice: httpx.Client, body: bytes) -> None:
    for path in ("/v1/tts", "/v1/audio/speech", "/v1/jobs"):
        assert alice.post(path, content=body).status_code == 400


def test_a_broken_form(alice: httpx.Client) -> None:
    for body in (b"", b"--x\r\nno", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'):
        answer = alice.post("/v1/tts", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_unknown_paths_and_methods(alice: httpx.Client) -> None:
    assert alice.get("/v1/nothing").json()["error"]["code"] == "http_404"
    assert alice.get("/v1/tts").json()["error"]["code"] == "http_405"
    assert alice.get("/v1/emotions", params={"voice": "x"}).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"X-API-Key": b"\xe9\x94"}])
def test_without_a_key_nothing_but_health(small: Running, headers: dict[str, str | bytes]) -> None:
    with httpx.Client(base_url=small.url(), headers=headers) as anybody:
        for method, path in (
            ("POST", "/v1/tts"),
            ("POST", "/v1/audio/speech"),
            ("GET", "/v1/jobs"),
            ("GET", "/v1/voices"),
            ("GET", "/v1/models"),
            ("GET", "/metrics"),
        ):
            answer = anybody.request(method, path, json={"text": "你好"} if method == "POST" else None)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
        assert anybody.get("/healthz").status_code == anybody.get("/readyz").status_code == 200


def test_a_key_in_either_header(small: Running, keys: dict[str, str]) -> None:
    for headers in ({"Authorization": f"bearer {keys['alice']}"}, {"X-API-Key": keys["alice"]}):
        assert httpx.get(small.url() + "/v1/models", headers=headers).status_code == 200


def test_rates_and_quotas_are_each_keys_own(small: Running, keys: dict[str, str], alice: httpx.Client) -> None:
    with httpx.Client(base_url=small.url(), headers={"X-API-Key": keys["bob"]}, timeout=60) as bob:
        assert bob.post("/v1/tts", json={"text": "你好。"}).status_code == 200
        spent = bob.post("/v1/tts", json={"text": "好" * 18})
        assert (spent.status_code, spent.json()["error"]["code"]) == (429, "quota_exceeded")
        assert int(spent.headers["retry-after"]) >= 1
        assert bob.post("/v1/tts", json={"text": "你好。"}).status_code == 200
        fast = bob.post("/v1/tts", json={"text": "你好。"})
        assert fast.status_code == 429
        assert "3 requests a minute" in fast.json()["error"]["message"]
        assert int(fast.headers["retry-after"]) <= 60
    assert alice.post("/v1/tts", json={"text": "你好。"}).status_code == 200


def test_a_full_queue_says_when_to_come_back(small: Running, alice: httpx.Client) -> None:
    body = {"text": LONG, "format": "pcm", "stream": True}
    with alice.stream("POST", "/v1/tts", json=body) as first, alice.stream("POST", "/v1/tts", json=body) as second:
        assert (first.status_code, second.status_code) == (200, 200)
        refused = alice.post("/v1/tts", json={"text": "你好。"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "queue_full")
        assert int(refused.headers["retry-after"]) >= 1
    until(lambda: small.service.pool.open_requests == 0)
    assert alice.post("/v1/tts", json={"text": "你好。"}).status_code == 200


@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_stops_the_computation(
    small: Running, alice: httpx.Client, keys: dict[str, str], stream: bool
) -> None:
    body = json.dumps({"text": LONG, "stream": stream, "format": "pcm"}).encode()
    head = f"POST /v1/tts HTTP/1.1\r\nHost: x\r\nX-API-Key: {keys['alice']}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", small.port)) as connection:
        connection.sendall(head.encode() + body)
        if stream:
            connection.recv(1000)
        until(lambda: small.service.pool.open_requests == 1)
    until(lambda: small.service.pool.open_requests == 0)
    assert 'langsong_speech_requests_total{outcome="RequestCancelled"}' in alice.get("/metrics").text


def test_a_request_keeps_its_id(alice: httpx.Client) -> None:
    assert alice.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = alice.get("/healthz", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"]
    assert len(made) == 32


def test_only_named_pages_may_call(alice: httpx.Client) -> None:
    def allowed(origin: str) -> str | None:
        return alice.get("/v1/voices", headers={"Origin": origin}).headers.get("access-control-allow-origin")

    assert allowed("https://example.org") == "https://example.org"
    assert allowed("https://example.com") is None


def test_the_log_has_no_text_unless_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "langsong"), running(threads=1, log_text=True) as talkative:
        httpx.post(talkative.url() + "/v1/tts", json={"text": "天机不可泄漏"}, timeout=60)
    assert "天机不可泄漏" in [getattr(record, "text", None) for record in caplog.records]


def test_the_log_of_a_request(small: Running, alice: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "langsong"):
        alice.post("/v1/tts", json={"text": "天机。"}, headers={"X-Request-ID": "of-this-test"})
        until(lambda: any(r.name == "langsong.access" for r in caplog.records))
    fields = [vars(record) for record in caplog.records]
    assert not any("天机" in str(value) for field in fields for value in field.values())
    access = next(f for f in fields if f["name"] == "langsong.access")
    assert (access["client"], access["status"]) == ("alice", 200)
    ended = next(f for f in fields if f["msg"] == "speech ended")
    assert (ended["request_id"], ended["outcome"], ended["client"]) == ("of-this-test", "ok", "alice")
