"""Alibaba's own SDK, pointed at us, works unchanged: Sambert's dialect, and names of voices."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import dashscope
import numpy as np
import pytest
from dashscope.audio.tts import ResultCallback, SpeechSynthesisResult, SpeechSynthesizer
from dashscope_client import TEXT, Speaker, samples_of, spoken
from running import Running, running

from langsong.audio.files import read_audio
from langsong.audio.label import read_label
from langsong.bundle.install import InstallReport
from langsong.server.auth import digest
from langsong.server.dashscope_voices import SAMBERT_NAMES, find_speaker
from langsong.server.settings import ApiKey

pytestmark = pytest.mark.usefixtures("pointed_at_us")


class Listener(ResultCallback):
    """What the SDK tells, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.frames: list[bytes] = []
        self.sentences: list[dict] = []  # type: ignore[type-arg]
        self.errors: list[object] = []

    def on_open(self) -> None:
        self.told.append("open")

    def on_event(self, result: SpeechSynthesisResult) -> None:
        if result.get_audio_frame() is not None:
            self.frames.append(result.get_audio_frame())
        if result.get_timestamp() is not None:
            self.sentences.append(result.get_timestamp())

    def on_complete(self) -> None:
        self.told.append("complete")

    def on_error(self, response: object) -> None:
        self.told.append("error")
        self.errors.append(response)

    def on_close(self) -> None:
        self.told.append("close")


def test_a_call_returns_speech(speaker: Speaker) -> None:
    result = SpeechSynthesizer.call(model="sambert-zhichu-v1", text=TEXT)
    response = result.get_response()
    assert response.status_code == 200
    assert response.usage["characters"] == len(TEXT)
    data = result.get_audio_data()
    assert read_audio(data)[1] == 16000
    np.testing.assert_allclose(samples_of(data), spoken(speaker), atol=1)
    label = read_label(io.BytesIO(data))
    assert label is not None
    assert label.faults() == []
    assert result.get_timestamps() == []


@pytest.mark.parametrize("format", ["pcm", "mp3", "wav"])
def test_a_callback_hears_it_in_frames(speaker: Speaker, format: str) -> None:
    heard = Listener()
    SpeechSynthesizer.call(model="sambert-zhijia-v1", text=TEXT * 3, callback=heard, format=format)
    assert heard.told == ["open", "complete", "close"]
    assert len(heard.frames) > 3
    data = b"".join(heard.frames)
    expected = spoken(speaker, TEXT * 3)
    if format == "mp3":
        assert 0 <= len(read_audio(data)[0]) - len(expected) < 0.3 * 16000
    else:
        samples = np.frombuffer(data, "<i2") if format == "pcm" else samples_of(data)
        np.testing.assert_allclose(samples, expected, atol=1)


def test_timestamps_are_the_models_own(speaker: Speaker) -> None:
    heard = Listener()
    result = SpeechSynthesizer.call(
        model="sambert-zhichu-v1",
        text=TEXT,
        callback=heard,
        word_timestamp_enabled=True,
        phoneme_timestamp_enabled=True,
    )
    assert heard.sentences == result.get_timestamps()
    assert len(heard.sentences) == 2
    words = [word for chunk in speaker("base").stream(TEXT) for word in chunk.words]
    phones = [phone for word in words for phone in word.phones]
    characters = [word for sentence in heard.sentences for word in sentence["words"]]
    assert [character["text"] for character in characters] == list("今天天气怎么样我们去公园散步吧")
    told = [phone for character in characters for phone in character["phonemes"]]
    assert [phone["text"] for phone in told] == [phone.phone for phone in phones]
    assert [f"tone{phone['tone']}" for phone in told] == [phone.tone for phone in phones]
    assert [phone["begin_time"] for phone in told] == pytest.approx([1000 * p.start_s for p in phones], abs=1)
    for sentence in heard.sentences:
        inner = sentence["words"]
        assert sentence["begin_time"] <= inner[0]["begin_time"]
        assert inner[-1]["end_time"] <= sentence["end_time"]
        for earlier, later in pairwise(inner):
            assert earlier["begin_time"] < earlier["end_time"] <= later["begin_time"]
    assert heard.sentences[0]["end_time"] == heard.sentences[1]["begin_time"]


def test_words_without_phones() -> None:
    result = SpeechSynthesizer.call(model="sambert-zhichu-v1", text="你好。", word_timestamp_enabled=True)
    (sentence,) = result.get_timestamps()
    assert [set(word) for word in sentence["words"]] == [{"text", "begin_time", "end_time"}] * 2


@pytest.mark.parametrize(
    ("parameters", "ours"),
    [
        ({"sample_rate": 8000}, {"sample_rate": 8000}),
        ({"rate": 1.5}, {"speed": 1.5}),
        ({"volume": 25}, {"volume": -6.0206}),
        ({"volume": 100}, {"volume": 6.0206}),
        ({"emotion": "sad", "intensity": 1.5}, {"emotion": "sad", "intensity": 1.5}),
    ],
)
def test_parameters(speaker: Speaker, parameters: dict[str, object], ours: dict[str, object]) -> None:
    result = SpeechSynthesizer.call(model="sambert-zhichu-v1", text="你好。", format="pcm", **parameters)
    np.testing.assert_allclose(np.frombuffer(result.get_audio_data(), "<i2"), spoken(speaker, "你好。", **ours), atol=1)


def test_ssml(speaker: Speaker) -> None:
    text = '<speak rate="1.2">你好。<break time="500ms"/>共<say-as interpret-as="digits">12</say-as>个。</speak>'
    result = SpeechSynthesizer.call(model="sambert-zhichu-v1", text=text, format="pcm")
    np.testing.assert_allclose(np.frombuffer(result.get_audio_data(), "<i2"), spoken(speaker, text), atol=1)
    assert result.get_response().usage["characters"] < 15  # tags are not counted


def test_our_names_and_theirs(server: Running, speaker: Speaker) -> None:
    for model, name in (("M7", "M7"), ("sambert-M7-v1", "M7"), ("sambert-F7-v1", "F7")):
        result = SpeechSynthesizer.call(model=model, text="你好。", format="pcm")
        expected = spoken(speaker, "你好。", speaker=name)
        np.testing.assert_allclose(np.frombuffer(result.get_audio_data(), "<i2"), expected, atol=1)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"model": "sambert-nobody-v1"}, "ModelNotFound", "no model 'sambert-nobody-v1': there are"),
        ({"model": "sambert-camila-v1"}, "ModelNotFound", "no model"),
        ({"text": ""}, "InvalidParameter", "nothing to read"),
        ({"text": "，。"}, "InvalidParameter", "nothing to read"),
        ({"text": "<speak>你好"}, "InvalidParameter", "line 1, column"),
        ({"rate": 9}, "InvalidParameter", "payload.parameters.rate: Input should be less than or equal to 2"),
        ({"volume": "loud"}, "InvalidParameter", "payload.parameters.volume: "),
        ({"sample_rate": 100}, "InvalidParameter", "sample_rate = 100"),
        ({"format": "au"}, "InvalidParameter", "unknown audio format 'au'"),
        ({"text": "字" * 20_000}, "InvalidParameter", "the text has 20000 characters"),
        ({"emotion": "hunger"}, "InvalidParameter", "has no emotion 'hunger'"),
    ],
)
def test_errors_are_failed_tasks(changes: dict[str, object], code: str, message: str) -> None:
    request = {"model": "sambert-zhichu-v1", "text": TEXT, **changes}
    response = SpeechSynthesizer.call(**request).get_response()
    assert (response.status_code, response.code) == (44, code)
    assert response.message.startswith(message) or message in response.message
    assert "\n" not in response.message
    heard = Listener()
    SpeechSynthesizer.call(**request, callback=heard)
    assert heard.told == ["open", "error", "close"]
    assert heard.frames == []


def test_what_is_heard_by_many_is_what_one_hears(speaker: Speaker) -> None:
    texts = [f"第{number}位客人，你好。今天吃什么？" for number in range(8)]
    with ThreadPoolExecutor(8) as clients:
        results = clients.map(
            lambda text: SpeechSynthesizer.call(model="sambert-zhichu-v1", text=text, format="pcm"), texts
        )
    for text, result in zip(texts, results, strict=True):
        np.testing.assert_allclose(np.frombuffer(result.get_audio_data(), "<i2"), spoken(speaker, text), atol=1)


def test_keys(imported: Callable[[str], InstallReport], monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (ApiKey(name="guest", sha256=digest("sk-right")),)
    with running(voice=str(imported("base").voice.folder), precision="f32", threads=1, keys=keys) as guarded:
        monkeypatch.setattr(dashscope, "base_websocket_api_url", guarded.url("ws") + "/api-ws/v1/inference/")
        for key, status in (("sk-right", 200), ("sk-wrong", 401)):
            monkeypatch.setattr(dashscope, "api_key", key)
            response = SpeechSynthesizer.call(model="sambert-zhichu-v1", text="你好。").get_response()
            assert response.status_code == status


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("sambert-zhichu-v1", (None, "male")),
        ("sambert-zhimiao-emo-v1", (None, "female")),
        ("zhiying", (None, "child")),
        ("sambert-songbai-v1", (None, "male")),
        ("langsong/songbai", ("langsong", "male")),
        ("sambert-langsong-v1", ("langsong", None)),
        ("alloy", (None, "female")),
    ],
)
def test_who_stands_for_whom(embedded_server: Running, model: str, found: tuple[str | None, str | None]) -> None:
    voice, speaker = find_speaker(model, embedded_server.service)
    sorts = {speaker.id: speaker.gender for speaker in embedded_server.service.find().manifest.speakers}
    assert (voice, speaker and sorts[speaker]) == found


def test_every_chinese_name_of_theirs_is_heard(embedded_server: Running) -> None:
    names = [name for names in SAMBERT_NAMES.values() for name in names]
    assert len(names) == len(set(names)) == 30
    speakers = {find_speaker(f"sambert-{name}-v1", embedded_server.service)[1] for name in names}
    assert speakers == {speaker.id for speaker in embedded_server.service.find().manifest.speakers}
