"""``langsong label``, and the labels that ``langsong say`` writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import Run

from langsong.audio.audible_label import rhythm
from langsong.audio.encode import encode
from langsong.audio.files import read_audio
from langsong.audio.label import ContentLabel


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name: str, label: ContentLabel | bool) -> str:
    Path(name).write_bytes(encode(np.zeros(2400, np.float32), 24000, Path(name).suffix[1:], label))
    return name


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.opus", "a.ogg"])
def test_what_say_writes_is_labelled(run: Run, tiny: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSONG_CONTENT_PRODUCER", "Example")
    run("say", "你好。", "-v", tiny, "-o", name).done()
    assert run("label", "verify", name).done().lines == [f"{name}: labelled as generated content"]
    lines = run("label", "show", name).done().lines
    assert lines[:2] == ["Label: 1", "ContentProducer: Example"]
    shown = json.loads(run("label", "show", name, "--json").done().out)
    assert lines == [f"{key}: {value}".rstrip() for key, value in shown.items()]
    assert len(shown["ProduceID"]) == 32


def test_a_file_without(run: Run) -> None:
    name = written("plain.wav", False)
    shown, verified = run("label", "show", name), run("label", "verify", name)
    assert (shown.code, verified.code) == (1, 1)
    assert shown.lines == verified.lines == ["plain.wav: no content label"]
    assert shown.err == verified.err == ""
    assert json.loads(run("label", "show", name, "--json").out) is None
    report = json.loads(run("label", "verify", name, "--json").out)
    assert report == {"file": "plain.wav", "valid": False, "faults": ["no content label"]}


def test_a_label_with_faults(run: Run) -> None:
    name = written("odd.flac", ContentLabel("7", "朗诵", ""))
    ran = run("label", "verify", name)
    assert (ran.code, ran.err) == (1, "")
    assert [line.split(" is ")[0] for line in ran.lines] == [
        "odd.flac: ProduceID",
        "odd.flac: Label",
        "odd.flac: ContentProducer",
    ]
    assert run("label", "show", name).done().lines[1] == "ContentProducer: 朗诵"


def test_what_cannot_be_looked_at(run: Run, folder: Path) -> None:
    Path("text.wav").write_text("天地玄黄", encoding="utf-8")
    for command in ("show", "verify"):
        assert run("label", command, "missing.wav").refused().startswith("cannot read missing.wav: No such file")
    assert run("label", "verify", "text.wav").lines == ["text.wav: no content label"]
    broken = Path(written("broken.wav", True)).read_bytes().replace(b'"Label"', b'"Lable"')
    Path("broken.wav").write_bytes(broken)
    for command in ("show", "verify"):
        assert "lacks Label" in run("label", command, "broken.wav").refused()


@pytest.mark.parametrize("label", ["morse", "spoken"])
def test_listeners_can_be_told(run: Run, tiny: Path, label: str) -> None:
    for name, more in (("plain.wav", []), ("told.wav", ["--audible-label", label])):
        run("say", "你好。", "-v", tiny, "--precision", "f32", "-o", name, *more).done()
    (plain, rate), (told, _) = read_audio("plain.wav"), read_audio("told.wav")
    assert len(told) > len(plain) + rate
    np.testing.assert_array_equal(told[-len(plain) :], plain)
    if label == "morse":
        np.testing.assert_allclose(told[: len(rhythm(rate))], rhythm(rate), atol=1 / 32000)
