"""langsong analyse, and what langsong say got with it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import Run

from langsong.audio.files import write_audio

RATE = 16000


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    time = np.arange(3 * RATE) / RATE
    sound = sum(np.sin(2 * np.pi * 200 * k * time) / k for k in range(1, 9)) * (0.5 - 0.4 * np.cos(6 * np.pi * time))
    path = tmp_path / "hum.flac"
    write_audio(path, (0.1 * sound).astype(np.float32), RATE)
    return path


def test_it_prints_what_it_measures(run: Run, hum: Path) -> None:
    printed = "\n".join(run("analyse", hum).lines)
    assert "200 Hz" in printed
    assert "3.1 syllables/s" in printed  # nine in 2.91 s


def test_it_prints_json(run: Run, hum: Path) -> None:
    found = json.loads(run("analyse", hum, "--json").out)
    assert found["f0_mean_hz"] == pytest.approx(200, rel=0.01)
    assert found["f0_range_st"] == pytest.approx(0, abs=0.3)
    assert set(found) >= {"seconds", "level_db", "rate", "voiced", "emotions"}


def test_it_draws(run: Run, hum: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture, spoken = tmp_path / "hum.png", tmp_path / "spoken.png"
    assert run("analyse", hum, "--plot", picture).lines[-1] == str(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert run("say", "你好。", "-o", tmp_path / "a.wav", "--plot", spoken).done().lines[-1] == str(spoken)
    assert spoken.read_bytes().startswith(b"\x89PNG")


def test_a_mistake_is_one_line(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    for path in (broken, tmp_path / "missing.wav"):
        assert run("analyse", path).refused().startswith("cannot read")


def test_notices_go_to_standard_error(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.wav"
    ran = run("say", "你好。", "-e", "jealousy", "--emotion-text", "紫色", "-o", out)
    assert (ran.code, ran.lines) == (0, [str(out)])
    assert [line[: len("langsong: note: ")] for line in ran.err.splitlines()] == ["langsong: note: "] * 2


def test_a_script_is_spoken(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "play.txt"
    text.write_text("@甲 speaker=songbai\n甲: 你好。\n[高兴] 再见。\n", encoding="utf-8")
    out, times = tmp_path / "play.wav", tmp_path / "play.json"
    run("say", "--script", "-f", text, "-o", out, "--subtitles", times).done()
    assert "甲" not in times.read_text(encoding="utf-8")
    text.write_text("@甲 colour=red\n", encoding="utf-8")
    assert "line 1: a role has no 'colour'" in run("say", "--script", "-f", text, "-o", out).refused()
