"""Alibaba's own SDK, pointed at us, works unchanged."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import dashscope
import numpy as np
import pytest
from dashscope.audio import tts_v2
from dashscope.audio.tts import ResultCallback, SpeechSynthesisResult, SpeechSynthesizer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Running, running
from websockets.sync.client import connect

from langsong.audio.encode import to_pcm16
from langsong.audio.files import read_audio
from langsong.audio.label import read_label
from langsong.bundle.install import InstallReport
from langsong.engine.synthesizer import Synthesizer
from langsong.server.auth import digest
from langsong.server.dashscope_voices import SAMBERT_NAMES, find_speaker
from langsong.server.settings import ApiKey

TEXT = "今天天气怎么样？我们去公园散步吧。"
Speaker = Callable[..., Synthesizer]


@pytest.fixture(scope="module")
def server(imported: Callable[[str], InstallReport]) -> Iterator[Running]:
    folder = imported("base").voice.folder
    with running(voice=str(folder), precision="f32", threads=1, workers=2, cache_bytes=0) as served:
        yield served


@pytest.fixture(autouse=True)
def pointed_at_us(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_websocket_api_url", server.url("ws") + "/api-ws/v1/inference")
    monkeypatch.setattr(dashscope, "api_key", "any")


def spoken(voice: Speaker, text: str = TEXT, **options: object) -> np.ndarray:
    return to_pcm16(np.concatenate([chunk.samples for chunk in voice("base").stream(text, **options)]))


def samples_of(data: bytes) -> np.ndarray:
    return to_pcm16(read_audio(data)[0] * np.float32(32768 / 32767))


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


# --- CosyVoice's way: text in pieces


def cosyvoice(callback: tts_v2.ResultCallback | None = None, **more: object) -> tts_v2.SpeechSynthesizer:
    return tts_v2.SpeechSynthesizer(model="cosyvoice-v3-flash", voice="M7", callback=callback, **more)


class Collector(tts_v2.ResultCallback):
    """What the newer SDK tells."""

    def __init__(self) -> None:
        self.data = b""
        self.told: list[str] = []
        self.closed = threading.Event()

    def on_data(self, data: bytes) -> None:
        self.data += data

    def on_complete(self) -> None:
        self.told.append("complete")

    def on_error(self, message: str) -> None:
        self.told.append(json.loads(message)["header"]["error_message"])

    def on_close(self) -> None:
        self.closed.set()


def test_text_at_once(speaker: Speaker) -> None:
    data = cosyvoice().call("你好。")
    samples, rate = read_audio(data)
    assert rate == 22050
    assert 0 <= len(samples) - len(spoken(speaker, "你好。", speaker="M7", sample_rate=22050)) < 0.3 * rate
    label = read_label(io.BytesIO(data))
    assert label is not None


def test_text_in_pieces(speaker: Speaker) -> None:
    """Sentences that came one by one are spoken one after the other, as one file."""
    heard = Collector()
    synthesizer = cosyvoice(
        heard,
        format=tts_v2.AudioFormat.PCM_16000HZ_MONO_16BIT,
        additional_params={"aigc_propagator": "Example", "aigc_propagate_id": "42"},
    )
    for piece in ("今天", "天气怎么样？我", "们去公园", "散步吧。"):
        synthesizer.streaming_call(piece)
    synthesizer.streaming_complete()
    assert heard.told == ["complete"]
    sentences = [spoken(speaker, text, speaker="M7") for text in ("今天天气怎么样？", "我们去公园散步吧。")]
    whole = spoken(speaker, TEXT, speaker="M7")
    samples = np.frombuffer(heard.data, "<i2")
    assert len(samples) in (sum(map(len, sentences)), len(whole))
    np.testing.assert_allclose(samples[: len(sentences[0])], sentences[0], atol=1)
    np.testing.assert_allclose(samples[-len(sentences[1]) :], sentences[1], atol=1)


def test_what_is_wrong_in_a_piece() -> None:
    heard = Collector()
    synthesizer = cosyvoice(heard)
    synthesizer.streaming_call("<speak><hum/>你好</speak>")
    assert heard.closed.wait(20)
    synthesizer.close()
    (message,) = heard.told
    assert "<hum> is not supported" in message


@pytest.mark.parametrize("name", ["reference_audio"])
def test_no_file_of_the_server_is_read(server: Running, name: str) -> None:
    """Options that name files elsewhere take the file itself, as base64, from a network."""
    parameters = {"format": "pcm", name: "/etc/passwd"}
    events = conversation(server, json.dumps(run_task(parameters=parameters)))
    assert events[-1]["event"] == "task-failed"
    assert "reference_audio is not base64" in events[-1]["error_message"]


def test_who_waits_for_text_is_no_work(server: Running) -> None:
    """So that a server which is told to stop need not wait for a writer."""
    task = json.dumps({**run_task(), "header": {"action": "run-task", "task_id": "t", "streaming": "duplex"}})
    piece = {"header": {"action": "continue-task", "task_id": "t"}, "payload": {"input": {"text": TEXT * 20}}}
    with connect(server.url("ws") + "/api-ws/v1/inference") as socket:
        socket.send(task)
        assert json.loads(socket.recv())["header"]["event"] == "task-started"
        server.idle()
        socket.send(json.dumps(piece))
        assert isinstance(socket.recv(), bytes)
        assert server.service.is_working
        server.idle()
    server.drained()


def test_cancelled(server: Running) -> None:
    heard = Collector()
    synthesizer = cosyvoice(heard)
    synthesizer.streaming_call(TEXT * 200)
    synthesizer.streaming_cancel()
    assert heard.told == ["complete"]
    server.drained()


# --- anything else


def run_task(**changes: object) -> dict[str, object]:
    payload = {"model": "sambert-zhichu-v1", "input": {"text": TEXT}, "parameters": {"format": "pcm"}, **changes}
    return {"header": {"action": "run-task", "task_id": "t", "streaming": "out"}, "payload": payload}


def conversation(server: Running, *messages: str | bytes) -> list[dict]:  # type: ignore[type-arg]
    """The events that come until the server closes or the last task is over."""
    events = []
    with connect(server.url("ws") + "/api-ws/v1/inference") as socket:
        for message in messages:
            socket.send(message)
        for message in socket:
            if isinstance(message, str):
                events.append(json.loads(message)["header"])
                finished = [event for event in events if event["event"] == "task-finished"]
                if len(finished) == len(messages):
                    break
    return events


def test_who_hangs_up_is_not_spoken_for(server: Running) -> None:
    with connect(server.url("ws") + "/api-ws/v1/inference") as socket:
        socket.send(json.dumps(run_task(input={"text": TEXT * 200})))
        while isinstance(socket.recv(), str):
            pass
    server.drained()


def test_several_tasks_on_one_connection(server: Running) -> None:
    events = conversation(server, *[json.dumps(run_task(input={"text": "你好。"}))] * 3)
    assert [event["event"] for event in events] == ["task-started", "task-finished"] * 3


def test_what_does_nothing_is_named(server: Running) -> None:
    changes = {
        "parameters": {"format": "pcm", "seed": 7, "type": 0, "emotion": "sad"},
        "input": {"text": "好"},
    }
    started = conversation(server, json.dumps(run_task(**changes)))[0]
    assert started["attributes"]["ignored"] == ["seed", "type"]
    assert started["attributes"]["aigc"]["Label"] == "1"


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("", "message: Invalid JSON"),
        (b"\x00\xff", "message: Invalid JSON"),
        ("[]", "message: Input should be an object"),
        ("{}", "header: Field required"),
        ('{"header":{"action":"sing","task_id":"t"}}', "header.action: Input should be 'run-task'"),
        ('{"header":{"action":"finish-task","task_id":"t"}}', "finish-task before run-task"),
        ("[" * 100_000, "message: Invalid JSON"),
    ],
)
def test_what_is_no_task(server: Running, message: str | bytes, complaint: str) -> None:
    (event,) = conversation(server, message)
    assert (event["event"], event["error_code"]) == ("task-failed", "InvalidParameter")
    assert event["error_message"].startswith(complaint)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([TEXT, "cancel"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def broken_tasks(draw: st.DrawFn) -> str:
    """A task of which some part was replaced by something else."""
    task = run_task(input={"text": draw(st.sampled_from(["好。", "<speak>好</speak>", "<speak>好", "\ud800", ""]))})
    for _ in range(draw(st.integers(1, 3))):
        part: dict = task  # type: ignore[type-arg]
        for step in draw(st.sampled_from([["header"], ["payload"], ["payload", "parameters"], ["payload", "input"]])):
            part = part[step] if isinstance(part.get(step), dict) else part
        names = ["action", "task_id", "streaming", "model", "input", "text", "rate", "volume", "sample_rate", "format"]
        part[draw(st.sampled_from([*names, "voice", "emotion", "word_timestamp_enabled"]))] = draw(json_values)
    return json.dumps(task)


SSML = [
    "<speak>", "</speak>", "好", "12", "&", "&#0;", "\x00", "<!--", "-->", "<!DOCTYPE x>", "<break time='1ms'/>",
    "<break time='x'/>", "<emotion category='sad'>", "</emotion>", "<phoneme ph='hao3'>", "</phoneme>",
    "<say-as interpret-as='digits'>", "</say-as>", "<prosody rate='9'>", "</prosody>",
]  # fmt: skip
ssml_pieces = st.lists(st.sampled_from(SSML), max_size=8).map("".join)


@given(st.text(max_size=40) | broken_tasks() | ssml_pieces.map(lambda text: json.dumps(run_task(input={"text": text}))))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_ends_in_speech_or_a_typed_error(server: Running, message: str) -> None:
    with connect(server.url("ws") + "/api-ws/v1/inference") as socket:
        socket.send(message)
        try:
            while True:
                heard = socket.recv(timeout=10)
                if isinstance(heard, bytes):
                    continue
                header = json.loads(heard)["header"]
                if header["event"] == "task-failed":
                    assert header["error_code"] in ("InvalidParameter", "ModelNotFound")
                    assert "\n" not in header["error_message"]
                if header["event"] in ("task-failed", "task-finished"):
                    return
        except TimeoutError:  # a task that waits for more text
            assert '"duplex"' in message


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
