"""Descriptions by the lexicon, and by a language model over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.engine.emotion_chat import ChatDescriber, configured_describer
from langsong.engine.emotion_description import ProsodyHints, describe
from langsong.engine.emotion_names import canonical
from langsong.engine.options import SynthesisOptions
from langsong.engine.resolve import resolve
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("开心", {"happy": 1.0}),
        ("非常开心地说", {"happy": 1.4}),
        ("高兴极了", {"happy": 1.5}),
        ("压低声音、有点害怕地说", {"afraid": 0.5}),
        ("又生气又难过", {"angry": 0.5, "sad": 0.5}),
        ("不要生气", {"neutral": 1.0}),
        ("不是很害怕，而是惊讶", {"surprised": 1.0}),
        ("不高兴", {"disgruntled": 1.0}),
        ("没有感情", {"neutral": 1.0}),
        ("轻声安慰的语气", {"gentle": 1.0}),
        ("快乐，慢一点", {"happy": 1.0}),
        ("Very happy!", {"happy": 1.4}),
        ("sound tired but kind", {"melancholic": 0.3, "gentle": 0.5}),
        ("not angry, slightly sad", {"sad": 0.4}),
        ("don't be afraid", {"neutral": 1.0}),
        ("kind of nervous", {"anxiety": 0.6}),
        ("a kind voice", {"gentle": 1.0}),
        ("大声一点", None),
        ("slow down", None),
    ],
)
def test_emotions(text: str, weights: dict[str, float] | None) -> None:
    found = describe(text)
    assert found.weights == (weights if weights is None else pytest.approx(weights))
    assert not found.notices


@pytest.mark.parametrize(
    ("text", "signs"),  # of speed - 1, pitch, pitch_range - 1, energy
    [
        ("压低声音", (0, -1, -1, -1)),
        ("快点说", (1, 0, 0, 0)),
        ("不要太快", (-1, 0, 0, 0)),
        ("语速慢一点", (-1, 0, 0, 0)),
        ("大声喊", (0, 1, 1, 1)),
        ("低沉", (0, -1, 0, 0)),
        ("抑扬顿挫", (0, 0, 1, 0)),
        ("in a low voice, slowly", (-1, -1, -1, -1)),
        ("high-pitched and fast", (1, 1, 0, 0)),
        ("monotonous", (0, 0, -1, 0)),
        ("开心", (0, 0, 0, 0)),
    ],
)
def test_prosody(text: str, signs: tuple[int, ...]) -> None:
    hints = describe(text).hints
    moved = (hints.speed - 1, hints.pitch, hints.pitch_range - 1, hints.energy)
    assert tuple((x > 1e-9) - (x < -1e-9) for x in moved) == signs


def test_degrees_order_what_they_are_said_of() -> None:
    strengths = [
        sum((describe(f"{degree}难过").weights or {}).values()) for degree in ("略微", "有点", "", "很", "非常")
    ]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == 5
    speeds = [describe(text).hints.speed for text in ("非常慢", "慢", "慢一点", "", "快一点", "快", "非常快")]
    assert speeds == sorted(speeds)


def test_what_is_not_understood_is_said() -> None:
    found = describe("紫色的冰箱")
    assert found.weights is None
    assert found.hints == ProsodyHints()
    assert [notice.code for notice in found.notices] == ["description-unknown"]


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    found = describe(text)
    for name, weight in (found.weights or {}).items():
        assert canonical(name) == name
        assert weight > 0


def test_hints_come_on_top_of_the_request(embedded: Synthesizer) -> None:
    manifest = embedded.voice.manifest
    plain = resolve(SynthesisOptions(speed=0.8, pitch=2.0), manifest)
    both = resolve(SynthesisOptions(speed=0.8, pitch=2.0, emotion_text="快点，压低声音"), manifest)
    assert both.speed == pytest.approx(plain.speed * 1.2)
    assert both.pitch == pytest.approx(1.0)
    assert both.energy == pytest.approx(-5.0)
    assert resolve(SynthesisOptions(speed=4.0, emotion_text="快"), manifest).speed == 4.0


class _Model(BaseHTTPRequestHandler):
    """A chat endpoint that answers what the test wants."""

    answer: str = ""
    status = 200
    asked: list[dict[str, Any]] = []  # noqa: RUF012 - of the one server there is

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        data = json.dumps({"choices": [{"message": {"content": self.answer}}]}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Model)
    _Model.status, _Model.asked = 200, []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_language_model_is_asked_once(model: str) -> None:
    _Model.answer = 'Sure: {"emotions": {"sad": 0.7, "blue": 0.2, "happy": 0}, "speed": 0.9, "energy": -3}'
    describer = ChatDescriber(model, "tiny", "secret")
    for _ in range(2):
        found = describer("像雨天的猫")
        assert found.weights == {"sad": 0.7}
        assert found.hints == ProsodyHints(0.9, 0.0, 1.0, -3.0)
        assert not found.notices
    (asked,) = _Model.asked
    assert (asked["path"], asked["model"], asked["key"]) == ("/v1/chat/completions", "tiny", "Bearer secret")
    assert asked["messages"][-1] == {"role": "user", "content": "像雨天的猫"}


@pytest.mark.parametrize(
    ("answer", "status"),
    [("I would rather not.", 200), ('{"emotions": {"sad": "very"}}', 200), ('{"speed": 99}', 200), ("{}", 500)],
)
def test_the_lexicon_answers_where_the_model_does_not(model: str, answer: str, status: int) -> None:
    _Model.answer, _Model.status = answer, status
    found = ChatDescriber(model, "tiny")("有点难过")
    assert found.weights == {"sad": 0.5}
    assert [notice.code for notice in found.notices] == ["chat-unavailable"]
    assert "\n" not in found.notices[0].message


def test_nobody_there() -> None:
    found = ChatDescriber("http://127.0.0.1:9/v1", "tiny", timeout_s=1.0)("开心")
    assert found.weights == {"happy": 1.0}
    assert [notice.code for notice in found.notices] == ["chat-unavailable"]


def test_the_environment_names_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSONG_CHAT_URL", raising=False)
    assert configured_describer() is describe
    monkeypatch.setenv("LANGSONG_CHAT_URL", "http://localhost/v1")
    with pytest.raises(OptionError, match="LANGSONG_CHAT_MODEL"):
        configured_describer()
    monkeypatch.setenv("LANGSONG_CHAT_MODEL", "tiny")
    assert isinstance(configured_describer(), ChatDescriber)
    monkeypatch.setenv("LANGSONG_CHAT_URL", "file:///etc/passwd")
    with pytest.raises(OptionError, match="give a URL"):
        configured_describer()
