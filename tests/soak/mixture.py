"""Requests of every kind, as clients of a real server send them, and what must come back."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

FORMATS = {"wav": b"RIFF", "flac": b"fLaC", "mp3": b"", "opus": b"OggS", "ogg": b"OggS", "pcm": b""}

Send = Callable[[httpx.Client], str]


@dataclass(frozen=True)
class Request:
    """One request; `send` makes it, checks what comes and says what came of it."""

    kind: str
    send: Send


def request(number: int) -> Request:
    """The request of a number: always the same, and like no other's text."""
    drawn = random.Random(number)
    kind = drawn.choice(sorted(_KINDS))
    return Request(kind, _KINDS[kind](f"第{number}句，春天来了。", drawn, f"soak-{number}"))


def _post(http: httpx.Client, id: str, **body: Any) -> httpx.Response:
    answer = http.post("/v1/tts", json=body, headers={"X-Request-ID": id})
    assert answer.headers["X-Request-ID"] == id
    return answer


def _spoken(answer: httpx.Response, begin: bytes = b"RIFF") -> str:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begin)
    assert len(answer.content) > 1000
    return "spoken"


def _format(text: str, drawn: random.Random, id: str) -> Send:
    name = drawn.choice(sorted(FORMATS))
    stream = drawn.random() < 0.5
    return lambda http: _spoken(_post(http, id, text=text, format=name, stream=stream), FORMATS[name])


def _emotion(text: str, drawn: random.Random, id: str) -> Send:
    emotion: Any = drawn.choice(["happy", "sad", "开心", {"happy": 0.5, "angry": 0.3}])
    return lambda http: _spoken(_post(http, id, text=text, emotion=emotion, intensity=1.5))


def _speed(text: str, drawn: random.Random, id: str) -> Send:
    changes = {"speed": round(drawn.uniform(0.6, 1.8), 2), "volume": drawn.choice([-6, 0, 3])}
    rate = drawn.choice([8000, 16000, 48000])
    return lambda http: _spoken(_post(http, id, text=text, sample_rate=rate, **changes))


def _ssml(text: str, drawn: random.Random, id: str) -> Send:
    pause = drawn.randint(10, 300)
    ssml = f'<speak>{text}<break time="{pause}ms"/><prosody rate="1.2">走吧。</prosody></speak>'
    return lambda http: _spoken(_post(http, id, text=ssml))


def _marks(text: str, drawn: random.Random, id: str) -> Send:
    return lambda http: _spoken(_post(http, id, text=f"{text}银行{{hang2}}在那边。[停顿 100ms]好。"))


def _events(text: str, drawn: random.Random, id: str) -> Send:
    def send(http: httpx.Client) -> str:
        answer = _post(http, id, text=text, format="pcm", stream=True, stream_format="sse")
        events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        audio = b"".join(base64.b64decode(event["audio"]) for event in events if event.get("audio"))
        assert len(audio) > 1000
        return "spoken"

    return send


def _mistake(text: str, drawn: random.Random, id: str) -> Send:
    wrong: dict[str, Any] = drawn.choice(
        [
            {"text": "你好{ni9}"},
            {"text": ""},
            {"text": text, "speaker": "nobody"},
            {"text": text, "speed": 99},
            {"text": text, "format": "doc"},
            {"text": f"<speak>{text}"},
            {"text": text, "unknown": 1},
        ]
    )

    def send(http: httpx.Client) -> str:
        answer = _post(http, id, **wrong)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["message"]
        return "refused"

    return send


def _hang_up(text: str, drawn: random.Random, id: str) -> Send:
    def send(http: httpx.Client) -> str:
        body = {"text": text * 20, "format": "pcm", "stream": True}
        with http.stream("POST", "/v1/tts", json=body, headers={"X-Request-ID": id}) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw())
        return "hung up"

    return send


_KINDS: dict[str, Callable[[str, random.Random, str], Send]] = {
    "format": _format,
    "emotion": _emotion,
    "speed": _speed,
    "ssml": _ssml,
    "marks": _marks,
    "events": _events,
    "mistake": _mistake,
    "hang up": _hang_up,
}
