"""langsong's own routes."""

from __future__ import annotations

import base64
import io
import json
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import pytest
from hearing import heard
from running import Running, running

from langsong.audio.encode import FORMATS, to_pcm16
from langsong.audio.files import read_audio
from langsong.audio.label import ContentLabel, read_label
from langsong.types import Float32

TEXT = "你好。再见！"
Alone = Callable[..., Float32]


def pcm(samples: Float32) -> bytes:
    return to_pcm16(samples).astype("<i2").tobytes()


def events(body: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in body.strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_file_is_what_the_voice_says(http: httpx.Client, alone: Alone) -> None:
    answer = http.post("/v1/tts", json={"text": TEXT})
    samples, rate = read_audio(answer.content)
    assert answer.headers["content-type"] == "audio/wav"
    assert rate == 22050
    assert np.array_equal(np.rint(samples * 32768), to_pcm16(alone(TEXT, early=False)))
    assert float(answer.headers["x-audio-seconds"]) == pytest.approx(len(samples) / rate, abs=1e-3)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_complete_and_labelled(http: httpx.Client, alone: Alone, format: str, stream: bool) -> None:
    answer = http.post("/v1/tts", json={"text": TEXT, "format": format, "stream": stream})
    assert answer.headers["content-type"] == FORMATS[format].media_type
    label = ContentLabel.parse(answer.headers["x-aigc"])
    expected_s = len(alone(TEXT)) / 22050
    if format == "pcm":
        assert len(answer.content) / 2 / 22050 == pytest.approx(expected_s)
        return
    samples, rate = heard(answer.content)
    assert len(samples) / rate == pytest.approx(expected_s, abs=0.15)
    assert read_label(io.BytesIO(answer.content)) == label


def test_streamed_raw_samples_are_those_of_the_voice(http: httpx.Client, alone: Alone) -> None:
    with http.stream("POST", "/v1/tts", json={"text": TEXT, "format": "pcm", "stream": True}) as answer:
        assert "content-length" not in answer.headers
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert b"".join(pieces) == pcm(alone(TEXT))


def test_a_streamed_wav_is_read_by_who_trusts_its_head(http: httpx.Client, alone: Alone) -> None:
    data = http.post("/v1/tts", json={"text": TEXT, "stream": True}).content
    with wave.open(io.BytesIO(data)) as file:
        assert file.readframes(file.getnframes()) == pcm(alone(TEXT))


def test_events_carry_the_audio_and_the_times_of_its_words(http: httpx.Client, alone: Alone) -> None:
    answer = http.post("/v1/tts", json={"text": TEXT, "format": "pcm", "stream_format": "sse"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = list(events(answer.text))
    assert [name for name, _ in (told[0], told[-1])] == ["start", "done"]
    assert told[0][1]["sample_rate"] == 22050
    audio = [data for name, data in told if name == "audio"]
    assert b"".join(base64.b64decode(data["audio"]) for data in audio) == pcm(alone(TEXT))
    words = [word for data in audio for word in data.get("words", ())]
    assert "".join(word["text"] for word in words) == "你好再见"
    times = [time for word in words for time in (word["start_s"], word["end_s"])]
    assert times == sorted(times)
    assert times[-1] <= told[-1][1]["seconds"]


@pytest.mark.slow
def test_eight_at_once_are_each_as_alone() -> None:
    texts = [f"{number}号你好。" for number in range(8)]
    with running(threads=1, workers=2, cache_bytes=0) as server:

        def ask(text: str) -> bytes:
            body = {"text": text, "format": "pcm", "stream": True}
            return httpx.post(server.url() + "/v1/tts", json=body, timeout=120).content

        with ThreadPoolExecutor(8) as clients:
            answers = list(clients.map(ask, texts))
        synthesizer = server.service.synthesizer()
        for text, answer in zip(texts, answers, strict=True):
            assert answer == b"".join(pcm(chunk.samples) for chunk in synthesizer.stream(text))


def test_options_do_what_they_do_elsewhere(http: httpx.Client, alone: Alone) -> None:
    options = {"speaker": "songbai", "emotion": "happy:0.6+sad:0.4", "speed": 1.2, "pitch": 1.0, "volume": -6}
    answer = http.post("/v1/tts", json={"text": TEXT, "format": "pcm", "sample_rate": 16000, **options})
    assert answer.content == pcm(alone(TEXT, early=False, sample_rate=16000, **options))


def test_ssml_is_read(http: httpx.Client, alone: Alone) -> None:
    ssml = '<speak>你好<break time="500ms"/>世界</speak>'
    answer = http.post("/v1/tts", json={"text": ssml, "format": "pcm"})
    assert answer.content == pcm(alone(ssml, early=False))


def test_a_recording_comes_as_base64_or_in_a_form(http: httpx.Client, recording: bytes, recording_base64: str) -> None:
    body = {"text": "你好。", "format": "pcm"}
    as_json = http.post("/v1/tts", json={**body, "reference_audio": recording_base64})
    as_form = http.post("/v1/tts", data=body, files={"reference_audio": ("a.wav", recording)})
    # a voice without an encoder of emotions refuses any recording, but only when it has been read
    assert as_json.status_code == 200 or "cannot hear emotions" in as_json.json()["error"]["message"]
    assert (as_form.status_code, as_form.content) == (as_json.status_code, as_json.content)


def test_what_is_done_otherwise_is_noticed(http: httpx.Client, recording_base64: str) -> None:
    body = {"text": "你好。", "format": "pcm", "stream_format": "sse", "emotion": "jealousy"}
    noticed = [n for _, data in events(http.post("/v1/tts", json=body).text) for n in data.get("notices", ())]
    assert [notice["code"] for notice in noticed] == ["emotion-substituted"]


def test_the_audible_label_on_request(http: httpx.Client, alone: Alone) -> None:
    body = {"text": "你好。", "format": "pcm"}
    plain = http.post("/v1/tts", json=body).content
    told = http.post("/v1/tts", json={**body, "audible_label": True}).content
    assert told.endswith(plain)
    assert len(told) > len(plain) + 22050


def test_readings_are_explained(http: httpx.Client) -> None:
    rows = http.post("/v1/tts/analyse", json={"text": "银行行长3个"}).json()["rows"]
    assert "".join(row["written"] for row in rows) == "银行行长3个"
    pinyin = [s["pinyin"] for row in rows for word in row["words"] for s in word["syllables"]]
    assert pinyin == ["yin2", "hang2", "hang2", "zhang3", "san1", "ge4"]
    assert all(s["reason"] for row in rows for word in row["words"] for s in word["syllables"])


def test_voices_and_emotions_are_listed(http: httpx.Client) -> None:
    voice, fast = http.get("/v1/voices").json()["voices"]
    assert (voice["name"], fast["name"]) == ("langsong", "langsong:fast")
    assert voice["speakers"] == fast["speakers"]
    assert {"id": "qinglan", "name": "晴岚"}.items() <= voice["speakers"][0].items()
    told = http.get("/v1/emotions").json()
    assert told["emotions"] == voice["emotions"]
    assert told["default"] in told["emotions"]


def test_the_fast_vocoder_is_asked_for_by_name(http: httpx.Client) -> None:
    said = {
        name: http.post("/v1/tts", json={"text": "今天天气真好。", "voice": name, "format": "wav"})
        for name in ("langsong", "langsong:fast")
    }
    assert all(answer.status_code == 200 for answer in said.values())
    own, fast = (read_audio(answer.content)[0] for answer in said.values())
    assert len(own) == len(fast)
    assert not np.allclose(own, fast, atol=1e-3)
    refused = http.post("/v1/tts", json={"text": "你好。", "voice": "langsong:slow"})
    assert refused.status_code == 404


def test_the_api_describes_itself(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v1/tts", "/v1/tts/analyse", "/v1/audio/speech", "/v1/jobs", "/healthz"} <= paths.keys()
    fields = paths["/v1/tts"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"text", "voice", "format", "stream", "speaker", "emotion", "reference_audio", "energy"} <= fields.keys()
    assert http.get("/docs").status_code == 200


def test_metrics_count(http: httpx.Client) -> None:
    def figures() -> dict[str, float]:
        lines = http.get("/metrics").text.splitlines()
        return {name: float(value) for name, value in (ln.rsplit(" ", 1) for ln in lines if not ln.startswith("#"))}

    before = figures()
    answer = http.post("/v1/tts", json={"text": TEXT})
    http.get("/no/such/path")
    after = figures()

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grown('langsong_http_responses_total{method="POST",route="/v1/tts",status="200"}') == 1
    assert grown('langsong_http_responses_total{method="GET",route="other",status="404"}') == 1
    assert grown('langsong_speech_requests_total{outcome="ok"}') == 1
    assert grown("langsong_speech_characters_total") == len(TEXT)
    assert grown("langsong_speech_audio_seconds_total") == pytest.approx(
        float(answer.headers["x-audio-seconds"]), abs=0.01
    )
    assert grown("langsong_http_response_bytes_total") > len(answer.content)
    assert grown("langsong_first_chunk_seconds_count") == grown("langsong_real_time_factor_count") == 1
    assert after["langsong_open_requests"] == 0
    looked_up = grown("langsong_cache_hits_total") + grown("langsong_cache_misses_total")
    assert looked_up == 2  # sentences
    assert after["process_resident_memory_bytes"] > 1e8


def test_a_voice_is_opened_once_whatever_it_is_called_by(http: httpx.Client, embedded_server: Running) -> None:
    default = embedded_server.service.find().name
    for voice in ({}, {"voice": default}):
        assert http.post("/v1/tts", json={"text": "你好。", **voice}).status_code == 200
    opened = [synthesizer.voice.name for synthesizer in embedded_server.service.pool.voices.opened()]
    assert opened.count(default) == 1
