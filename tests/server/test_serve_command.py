"""``langsong serve`` as a process: it tells its address, and finishes what it began when it is told to stop."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from running import free_port
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from langsong.server.auth import digest
from langsong.server.settings import ServerSettings

LONG = "春天来了，花都开了。" * 5
PATIENCE_S = 300
"""What other work on the machine may take from it; nothing here is about speed."""
_PATIENT = {"LANGSONG_DRAIN_S": str(PATIENCE_S), "LANGSONG_DEADLINE_S": str(PATIENCE_S)}


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "langsong", "serve", "--port", "0", "--no-studio", "--threads", "1", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error", **_PATIENT},
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def refused(*arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "langsong", "serve", *arguments], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    return line.removeprefix("langsong: ")


@pytest.mark.slow
def test_it_finishes_what_it_began() -> None:
    with serving() as (process, address), httpx.Client(base_url=address, timeout=PATIENCE_S) as http:
        whole = http.post("/v1/tts", json={"text": LONG, "format": "pcm", "stream": True}).content
        with (
            http.stream("POST", "/v1/tts", json={"text": LONG + "好。", "format": "pcm", "stream": True}) as answer,
            connect(address.replace("http", "ws") + "/v1/stream") as live,
        ):
            live.send(json.dumps({"type": "start"}))
            live.send(json.dumps({"type": "text", "text": LONG + "走吧。"}))
            live.recv(), live.recv(), live.recv()
            pieces = answer.iter_raw()
            first = next(pieces)
            process.send_signal(signal.SIGTERM)
            assert len(first) + sum(map(len, pieces)) > len(whole)
            audio = 0
            with suppress(ConnectionClosed):
                while message := live.recv(timeout=PATIENCE_S):
                    audio += len(message) if isinstance(message, bytes) else 0
            assert audio > len(whole) / 2
            assert live.close_code == 1012  # the service restarts: RFC 6455's registry
        _, log = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        records = [json.loads(line) for line in log.splitlines()]
        assert all({"time", "level", "logger", "message"} <= record.keys() for record in records)
        assert LONG not in log
        assert {"POST /v1/tts 200", "WEBSOCKET /v1/stream 101"} <= {record["message"] for record in records}


def test_mistakes_are_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert re.match(rf"cannot listen on 127\.0\.0\.1:{port}: ", refused("--port", port))
    assert refused("--settings", str(tmp_path / "none")).startswith("no settings file")


def test_what_cannot_be_shared_is_told_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not this machine reaches the tunnel's servers, a proxy that is not there stands before them."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{free_port()}")
    assert re.match(r"the service cannot be shared: .+; leave out --share", refused("--port", "0", "--share"))


def test_a_new_key_is_printed_with_its_setting(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "langsong", "serve", "--new-key", "alice"], capture_output=True, text=True, timeout=60
    )
    key, setting = ran.stdout.split("\n", 1)
    file = tmp_path / "server.toml"
    file.write_text(setting)
    (made,) = ServerSettings.load(file).keys
    assert (made.name, made.sha256) == ("alice", digest(key))
