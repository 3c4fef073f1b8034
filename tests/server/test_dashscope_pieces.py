"""DashScope's newer dialect, CosyVoice's: text in pieces; and whatever else comes over its WebSocket."""

from __future__ import annotations

import io
import json
import threading

import numpy as np
import pytest
from dashscope.audio import tts_v2
from dashscope_client import TEXT, Speaker, spoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Running
from websockets.sync.client import connect

from langsong.audio.files import read_audio
from langsong.audio.label import read_label

pytestmark = pytest.mark.usefixtures("pointed_at_us")


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
