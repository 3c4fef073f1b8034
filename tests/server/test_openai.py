"""OpenAI's own client, pointed at us, works unchanged."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest
from hearing import heard
from running import Running

from langsong.audio.encode import to_pcm16
from langsong.audio.label import read_label
from langsong.types import Float32

TEXT = "你好。再见！"
Alone = Callable[..., Float32]


@pytest.fixture
def client(embedded_server: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=embedded_server.url() + "/v1", api_key="any", max_retries=0) as made:
        yield made


def pcm(samples: Float32) -> bytes:
    return to_pcm16(samples).astype("<i2").tobytes()


@pytest.mark.parametrize("format", ["mp3", "opus", "flac", "wav"])
def test_formats(client: openai.OpenAI, alone: Alone, format: Any) -> None:
    answer = client.audio.speech.create(model="tts-1", input=TEXT, voice="alloy", response_format=format)
    samples, rate = heard(answer.content)
    assert len(samples) / rate == pytest.approx(len(alone(TEXT)) / 22050, abs=0.15)
    assert read_label(io.BytesIO(answer.content)) is not None


def test_aac(client: openai.OpenAI, alone: Alone) -> None:
    answer = client.audio.speech.create(model="tts-1", input=TEXT, voice="alloy", response_format="aac")
    assert answer.response.headers["content-type"] == "audio/aac"
    samples, rate = heard(answer.content)
    expected = alone(TEXT)
    assert len(samples) / rate == pytest.approx(len(expected) / 22050, abs=0.15)
    assert samples.std() == pytest.approx(expected.std(), rel=0.1)
    assert read_label(io.BytesIO(answer.content)) is not None


def test_raw_samples_have_the_rate_that_openais_clients_expect(client: openai.OpenAI, alone: Alone) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", input=TEXT, voice="alloy", response_format="pcm"
    ) as answer:
        pieces = list(answer.iter_bytes())
    assert len(pieces) > 1
    assert b"".join(pieces) == pcm(alone(TEXT, sample_rate=24000))


def test_speed_and_voice_and_our_own_options(client: openai.OpenAI, alone: Alone) -> None:
    answer = client.audio.speech.create(
        model="langsong",
        input=TEXT,
        voice="onyx",
        speed=1.5,
        response_format="pcm",
        extra_body={"emotion": "happy", "sample_rate": 22050},
    )
    assert answer.content == pcm(alone(TEXT, speaker="songbai", speed=1.5, emotion="happy"))


def test_a_speaker_of_ours_is_a_voice(client: openai.OpenAI, alone: Alone) -> None:
    answer = client.audio.speech.create(
        model="langsong", input=TEXT, voice="wanqing", response_format="pcm", extra_body={"sample_rate": 22050}
    )
    assert answer.content == pcm(alone(TEXT, speaker="wanqing"))


def test_instructions_are_the_manner(client: openai.OpenAI, alone: Alone) -> None:
    answer = client.audio.speech.create(
        model="langsong",
        input=TEXT,
        voice="qinglan",
        instructions="非常开心地说",
        response_format="pcm",
        extra_body={"sample_rate": 22050},
    )
    assert answer.content == pcm(alone(TEXT, speaker="qinglan", emotion_text="非常开心地说"))
    assert answer.content != pcm(alone(TEXT, speaker="qinglan"))


def test_events(http: httpx.Client, alone: Alone) -> None:
    body = {"model": "tts-1", "input": TEXT, "voice": {"id": "alloy"}, "response_format": "pcm", "stream_format": "sse"}
    answer = http.post("/v1/audio/speech", json=body)
    told = [json.loads(block.removeprefix("data: ")) for block in answer.text.strip().split("\n\n")]
    assert {event["type"] for event in told[:-1]} == {"speech.audio.delta"}
    assert told[-1]["type"] == "speech.audio.done"
    audio = b"".join(base64.b64decode(event["audio"]) for event in told[:-1])
    assert audio == pcm(alone(TEXT, sample_rate=24000))


def test_fields_that_others_add_do_nothing(http: httpx.Client) -> None:
    body = {"model": "tts-1", "input": "你好。", "voice": "nova", "lang_code": "z", "stream": True}
    assert http.post("/v1/audio/speech", json=body).status_code == 200


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()][:3] == ["langsong", "langsong:fast", "tts-1"]
    assert client.models.retrieve("tts-1-hd").owned_by == "langsong"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("whisper-1")


def test_voices(http: httpx.Client) -> None:
    voices = {voice["id"]: voice["name"] for voice in http.get("/v1/audio/voices").json()["voices"]}
    assert voices["qinglan"] == voices["alloy"] == "晴岚"
    assert len(voices) == 8 + 13


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"voice": "nobody"}, openai.NotFoundError, "voice_not_found"),
        ({"model": "no-such-voice"}, openai.NotFoundError, "voice_not_found"),
        ({"input": ""}, openai.BadRequestError, "string_too_short"),
        ({"input": "……"}, openai.BadRequestError, "text_error"),
        ({"input": "好" * 4097}, openai.BadRequestError, "string_too_long"),
        ({"speed": 9.0}, openai.BadRequestError, "less_than_equal"),
        ({"response_format": "midi"}, openai.BadRequestError, "literal_error"),
    ],
)
def test_mistakes_are_openais_errors(
    client: openai.OpenAI, changes: dict[str, Any], error: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(error) as raised:
        client.audio.speech.create(**{"model": "tts-1", "input": "你好。", "voice": "alloy", **changes})
    assert raised.value.code == code
    assert raised.value.body is not None
