"""``langsong say --subtitles``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Run

from langsong.audio.files import read_audio

TEXT = "你好，世界。今天天气真好！"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.srt", "1\n00:00:00,000 --> "), ("a.vtt", "WEBVTT\n"), ("a.lrc", "[00:00.00]你好"), ("a.json", "{")],
)
def test_beside_the_sound(run: Run, folder: Path, tiny: Path, name: str, begins: str) -> None:
    assert run("say", TEXT, "-v", tiny, "-o", "a.wav", "--subtitles", name).done().lines == ["a.wav", name]
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(["a.wav", name])


def test_times_are_those_of_the_file(run: Run, tiny: Path) -> None:
    """With another rate, pauses and the audible label before the speech."""
    run(
        "say", TEXT, "-v", tiny, "--precision", "f32", "-o", "a.wav", "--subtitles", "a.json",
        "--sample-rate", "22050", "--sentence-pause", "0.5", "--audible-label", "morse",
    ).done()  # fmt: skip
    samples, rate = read_audio("a.wav")
    found = json.loads(Path("a.json").read_text(encoding="utf-8"))
    assert found["duration"] == pytest.approx(len(samples) / rate, abs=1e-4)
    assert found["sentences"][0]["words"][0]["start"] > 1.4  # after the label
    assert [sentence["text"] for sentence in found["sentences"]] == ["你好，世界。", "今天天气真好！"]


def test_ssml_has_subtitles_too(run: Run, tiny: Path) -> None:
    ssml = '<speak>你好。<break time="500ms"/>共<say-as interpret-as="cardinal">12</say-as>个。</speak>'
    run("say", ssml, "-v", tiny, "-o", "a.wav", "--subtitles", "a.srt").done()
    text = Path("a.srt").read_text(encoding="utf-8")
    assert "你好。" in text
    assert "<" not in text


def test_on_standard_output_the_sound_comes_alone(run: Run, folder: Path, tiny: Path) -> None:
    ran = run("say", TEXT, "-v", tiny, "-o", "-", "--subtitles", "a.srt")
    assert (ran.code, ran.err) == (0, "a.srt\n")
    assert ran.out[:4] == b"RIFF"
    assert [entry.name for entry in folder.iterdir()] == ["a.srt"]


def test_what_cannot_be(run: Run, folder: Path, tiny: Path) -> None:
    Path("units.txt").write_text("{n_c$tone3$s_begin$word_begin$emotion_neutral$F7}", encoding="utf-8")
    refused = run("say", TEXT, "-v", tiny, "--subtitles", "a.txt").refused()
    assert refused.endswith("use one of .srt, .vtt, .lrc, .json")
    refused = run("say", "--units", "units.txt", "-v", tiny, "--subtitles", "a.srt").refused()
    assert refused.startswith("--subtitles needs a text")
    refused = run("say", TEXT, "-v", tiny, "--subtitles", "missing/a.srt").refused()
    assert refused == "cannot write missing/a.srt: No such file or directory; create the folder first"
    assert sorted(entry.name for entry in folder.iterdir()) == ["speech.wav", "units.txt"]
