"""Servers for all tests that need no settings of their own: with the embedded voice, and with a tiny one."""

from __future__ import annotations

import base64
import gc
import warnings
from collections.abc import Callable, Iterator

import dashscope
import httpx
import numpy as np
import pytest
from running import Running, running

from langsong.audio.encode import encode
from langsong.bundle.install import InstallReport
from langsong.types import Float32


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[Running]:
    """It remembers what it has said: these tests are about what goes over the wire."""
    with running(threads=1, workers=2) as served:
        yield served


@pytest.fixture
def http(embedded_server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=embedded_server.url(), timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def alone(embedded_server: Running) -> Callable[..., Float32]:
    """What the server's voice says when nobody else asks: (N,) samples."""
    synthesizer = embedded_server.service.synthesizer()

    def say(text: str, *, early: bool = True, **options: object) -> Float32:
        return np.concatenate([chunk.samples for chunk in synthesizer.stream(text, early=early, **options)])

    return say


@pytest.fixture(scope="session")
def recording() -> bytes:
    """A wav file of 3 s that rises and falls like speech."""
    t = np.arange(3 * 16000) / 16000
    tone = 0.3 * np.sin(2 * np.pi * (180 * t + 40 * np.sin(2 * np.pi * t))) * (1 + np.sin(2 * np.pi * 3 * t)) / 2
    return encode(tone.astype(np.float32), 16000, "wav", label=False)


@pytest.fixture(scope="session")
def recording_base64(recording: bytes) -> str:
    return base64.b64encode(recording).decode()


@pytest.fixture(scope="session")
def server(imported: Callable[[str], InstallReport]) -> Iterator[Running]:
    folder = imported("base").voice.folder
    with running(voice=str(folder), precision="f32", threads=1, workers=2, cache_bytes=0) as served:
        yield served


@pytest.fixture
def pointed_at_us(server: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Alibaba's SDK talks to the tiny voice."""
    monkeypatch.setattr(dashscope, "base_websocket_api_url", server.url("ws") + "/api-ws/v1/inference")
    monkeypatch.setattr(dashscope, "api_key", "any")
    yield
    with warnings.catch_warnings():  # it leaves its sockets to the collector, which may come in another test
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
