"""Text in pieces over a WebSocket, and the sentences they make."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Running, running
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from langsong.audio.encode import to_pcm16
from langsong.server.auth import digest
from langsong.server.sentences import SentenceBuffer
from langsong.server.settings import ApiKey
from langsong.text.segment import segment
from langsong.types import Float32


def pcm(samples: Float32) -> bytes:
    return to_pcm16(samples).astype("<i2").tobytes()


def tell(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message, ensure_ascii=False))


def told(socket: ClientConnection) -> dict[str, Any]:
    message = json.loads(socket.recv(timeout=60))
    assert isinstance(message, dict)
    return message


def hear(socket: ClientConnection, until: str = "done") -> tuple[list[dict[str, Any]], bytes]:
    """Messages and audio to the first message of a type."""
    messages, audio = [], b""
    while not messages or messages[-1]["type"] != until:
        message = socket.recv(timeout=60)
        if isinstance(message, bytes):
            audio += message
        else:
            messages.append(json.loads(message))
    return messages, audio


def test_sentences_are_spoken_as_they_are_whole(embedded_server: Running, alone: Callable[..., Float32]) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        tell(socket, type="start", speaker="songbai")
        started = told(socket)
        assert {"type": "started", "format": "pcm", "sample_rate": 22050}.items() <= started.items()
        assert started["label"]["Label"] == "1"
        tell(socket, type="text", text="你好。再")
        first = told(socket)  # comes though the second sentence has not
        assert (first["type"], first["text"], first["start_s"]) == ("speech", "你好。", 0.0)
        audio = socket.recv(timeout=60)
        for piece in ("见", "！"):
            tell(socket, type="text", text=piece)
        tell(socket, type="end")
        messages, rest = hear(socket)
        assert isinstance(audio, bytes)
        assert audio + rest == pcm(alone("你好。", speaker="songbai")) + pcm(alone("再见！", speaker="songbai"))
        words = [word for message in (first, *messages) for word in message.get("words", ())]
        assert [word["text"] for word in words] == ["你好", "再见"]
        assert words[1]["start_s"] > len(alone("你好。", speaker="songbai")) / 22050 - 1e-6
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=60)
        assert socket.close_code == 1000


def test_flush_and_cancel(embedded_server: Running, alone: Callable[..., Float32]) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        tell(socket, type="start")
        told(socket)
        tell(socket, type="text", text="春天来了，花都开了。" * 30)
        told(socket)
        tell(socket, type="cancel")
        hear(socket, "cancelled")
        tell(socket, type="text", text="你好")
        tell(socket, type="flush")
        tell(socket, type="text", text="……")
        tell(socket, type="end")
        messages, audio = hear(socket)
        assert audio.endswith(pcm(alone("你好")))
        assert messages[-1]["seconds"] < 30


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["nonsense"], "option_error"),
        ([{"type": "text", "text": "你好。"}], "option_error"),
        ([{"type": "start", "speed": 99}], "option_error"),
        ([{"type": "start", "voice": "/etc"}], "voice_not_found"),
        ([{"type": "start", "xyz": 1}], "option_error"),
        ([{"type": "start"}, {"type": "start"}], "option_error"),
        ([{"type": "start"}, {"type": "dance"}], "option_error"),
        ([{"type": "start", "speaker": "nobody"}, {"type": "text", "text": "你好。"}], "option_error"),
        ([{"type": "start"}, {"type": "text", "text": "好" * 20_000}], "request_too_large"),
    ],
)
def test_mistakes_end_the_session_with_their_error(embedded_server: Running, messages: list[Any], code: str) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        for message in messages:
            socket.send(json.dumps(message))
        errors = hear(socket, "error")[0][-1:]
        assert [message["error"]["code"] for message in errors] == [code]
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=60)
        assert socket.close_code == 1008


def test_a_sentence_that_cannot_be_read_does_not_end_it(embedded_server: Running) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        tell(socket, type="start")
        tell(socket, type="text", text="<speak><nonsense/></speak>你好。")
        tell(socket, type="end")
        messages, audio = hear(socket)
        assert [m["type"] for m in messages if m["type"] != "speech"] == ["started", "error", "done"]
        assert audio


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.text(max_size=30), st.binary(max_size=30)), max_size=3))
def test_whatever_is_sent_the_server_answers_or_closes(embedded_server: Running, messages: list[str | bytes]) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        try:
            for message in messages:
                socket.send(message)
            socket.send("{}")
            while not isinstance(message := socket.recv(timeout=60), str) or json.loads(message)["type"] != "error":
                pass
        except ConnectionClosed:
            pass
    assert embedded_server.service.ready.is_set()


def test_hanging_up_stops_the_computation(embedded_server: Running) -> None:
    with connect(embedded_server.url("ws") + "/v1/stream") as socket:
        tell(socket, type="start")
        tell(socket, type="text", text="秋天来了，叶子黄了。" * 50)
        hear(socket, "speech")
    end = time.monotonic() + 60
    while embedded_server.service.pool.open_requests:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_without_a_key_there_is_no_session() -> None:
    with running(threads=1, keys=(ApiKey(name="alice", sha256=digest("secret")),)) as server:
        with pytest.raises(InvalidStatus) as refused:
            connect(server.url("ws") + "/v1/stream")
        assert refused.value.response.status_code == 401
        with connect(server.url("ws") + "/v1/stream", additional_headers={"X-API-Key": "secret"}) as socket:
            tell(socket, type="start")
            assert told(socket)["type"] == "started"


PIECES = st.lists(st.text("你好，。！？…；,.! ”’3.5a\n「」", max_size=12), max_size=12)


@given(PIECES)
def test_no_text_is_lost_between_the_pieces(pieces: list[str]) -> None:
    buffer = SentenceBuffer()
    sentences = [sentence for piece in pieces for sentence in buffer.feed(piece)] + buffer.flush()
    text, spoken = "".join(pieces), "".join(sentences)
    assert text.startswith(spoken)
    assert not any(char.isalnum() for char in text[len(spoken) :])


def test_a_sentence_is_not_held_back() -> None:
    buffer = SentenceBuffer()
    assert buffer.feed("今天3") == []
    assert buffer.feed(".5度。") == ["今天3.5度。"]
    assert buffer.feed("好") == []
    long = "一个没有标点的句子" * 10
    assert "".join(buffer.feed(long)) + "".join(buffer.flush()) == "好" + long
    assert next(segment(long)) != long


def test_ssml_is_one_sentence() -> None:
    buffer = SentenceBuffer()
    assert buffer.feed("<speak>你好。再") == []
    assert buffer.feed("见！</speak>然后。") == ["<speak>你好。再见！</speak>", "然后。"]
