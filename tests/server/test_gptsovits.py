"""What programs that speak to GPT-SoVITS send."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from running import Running, running

from langsong.audio.encode import to_pcm16
from langsong.audio.files import read_audio
from langsong.audio.label import ContentLabel, read_label
from langsong.bundle.install import InstallReport
from langsong.engine.synthesizer import Synthesizer

TEXT = "先帝创业未半，而中道崩殂。今天下三分。"
Speaker = Callable[..., Synthesizer]

# As its documentation has it.
DOCUMENTED = {
    "text": TEXT, "text_lang": "zh", "ref_audio_path": "archive_jingyuan_1.wav", "aux_ref_audio_paths": [],
    "prompt_text": "我是罗浮云骑将军景元。", "prompt_lang": "zh", "top_k": 15, "top_p": 1, "temperature": 1,
    "text_split_method": "cut5", "batch_size": 1, "batch_threshold": 0.75, "split_bucket": True, "speed_factor": 1.25,
    "fragment_interval": 0.3, "seed": -1, "parallel_infer": True, "repetition_penalty": 1.35, "sample_steps": 32,
    "super_sampling": False, "streaming_mode": False, "overlap_length": 2, "min_chunk_length": 16,
}  # fmt: skip
IGNORED = (
    "aux_ref_audio_paths, batch_size, batch_threshold, min_chunk_length, overlap_length, parallel_infer, prompt_lang, "
    "prompt_text, ref_audio_path, repetition_penalty, sample_steps, seed, split_bucket, super_sampling, temperature, "
    "text_split_method, top_k, top_p"
)


@pytest.fixture(scope="module")
def server(imported: Callable[[str], InstallReport]) -> Iterator[Running]:
    with running(voice=str(imported("base").voice.folder), precision="f32", threads=1, cache_bytes=0) as served:
        yield served


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url(), timeout=30) as client:
        yield client


def spoken(voice: Speaker, text: str = TEXT, **options: object) -> np.ndarray:
    return to_pcm16(np.concatenate([chunk.samples for chunk in voice("base").stream(text, **options)]))


def samples_of(data: bytes) -> np.ndarray:
    return to_pcm16(read_audio(data)[0] * np.float32(32768 / 32767))


def test_the_documented_request(http: httpx.Client, speaker: Speaker) -> None:
    response = http.post("/tts", json=DOCUMENTED)
    assert response.status_code == 200
    assert response.headers["content-type"] == "audio/wav"
    assert response.headers["x-langsong-ignored"] == IGNORED
    expected = spoken(speaker, speed=1.25, sentence_pause=0.3)
    np.testing.assert_allclose(samples_of(response.content), expected, atol=1)
    assert read_label(io.BytesIO(response.content)) == ContentLabel.parse(response.headers["x-aigc"])


def test_the_documented_address(http: httpx.Client, speaker: Speaker) -> None:
    fields = ("text", "text_lang", "ref_audio_path", "prompt_lang", "prompt_text", "text_split_method", "batch_size")
    query = {**{name: DOCUMENTED[name] for name in fields}, "media_type": "wav", "streaming_mode": "true"}
    response = http.get("/tts", params=query)
    assert response.status_code == 200
    assert "content-length" not in response.headers
    np.testing.assert_allclose(samples_of(response.content), spoken(speaker), atol=1)
    ignored = "batch_size, prompt_lang, prompt_text, ref_audio_path, text_split_method"
    assert response.headers["x-langsong-ignored"] == ignored


def test_the_least(http: httpx.Client, speaker: Speaker) -> None:
    response = http.get("/tts", params={"text": "你好。"})
    np.testing.assert_allclose(samples_of(response.content), spoken(speaker, "你好。"), atol=1)
    assert "x-langsong-ignored" not in response.headers


@pytest.mark.parametrize("streaming_mode", [False, True, 0, 1, 2, 3])
@pytest.mark.parametrize("media_type", ["wav", "raw", "ogg", "aac"])
def test_formats(http: httpx.Client, speaker: Speaker, media_type: str, streaming_mode: bool | int) -> None:
    body = {"text": "你好。", "text_lang": "ZH", "media_type": media_type, "streaming_mode": streaming_mode}
    response = http.post("/tts", json=body)
    assert response.status_code == 200
    expected = spoken(speaker, "你好。")
    if media_type == "raw":
        np.testing.assert_allclose(np.frombuffer(response.content, "<i2"), expected, atol=1)
    elif media_type == "wav":
        np.testing.assert_allclose(samples_of(response.content), expected, atol=1)
    elif media_type == "ogg":
        assert len(read_audio(response.content)[0]) == len(expected)
    else:
        assert response.headers["content-type"] == "audio/aac"
    label = ContentLabel.parse(response.headers["x-aigc"])
    assert label.faults() == []
    assert read_label(io.BytesIO(response.content)) == (None if media_type == "raw" else label)


def test_our_options_beside_theirs(http: httpx.Client, speaker: Speaker) -> None:
    body = {"text": "你好。", "text_lang": "auto", "speaker": "M7", "emotion": "sad", "media_type": "raw"}
    response = http.post("/tts", json=body)
    expected = spoken(speaker, "你好。", speaker="M7", emotion="sad")
    np.testing.assert_allclose(np.frombuffer(response.content, "<i2"), expected, atol=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": ""}, "text: "),
        ({"text_lang": "ja"}, "text_lang: "),
        ({"media_type": "flac"}, "media_type: "),
        ({"streaming_mode": 4}, "streaming_mode"),
        ({"speed_factor": 9}, "speed"),
        ({"text": "，"}, "nothing to read"),
        ({"speaker": "nobody"}, "no speaker 'nobody'"),
        ({"voice": "nobody"}, "no voice 'nobody'"),
    ],
)
def test_errors(http: httpx.Client, changes: dict[str, object], message: str) -> None:
    body = {"text": TEXT, "text_lang": "zh", **changes}
    for response in (http.post("/tts", json=body), http.get("/tts", params=body)):
        assert response.status_code in (400, 404)
        assert message in json.loads(response.content)["error"]["message"]
