"""``langsong text``: one line for each line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Run

from langsong.text.frontend import Frontend
from langsong.text.units import format_units, parse_units

LINES = ["今天天气真好。", "", "我有3个苹果，花儿开了。", "   ", "hello 世界"]
STAGES = ["normalize", "pinyin", "units"]


def stdin(lines: list[str], end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def test_three_stages_of_one_line(run: Run, tiny: Path) -> None:
    read = {stage: run("text", "--stage", stage, "-v", tiny, stdin="我有3个".encode()).done().lines for stage in STAGES}
    assert read["normalize"] == ["我有三个"]
    assert read["pinyin"] == ["wo2 you3 san1 ge4"]
    assert parse_units(read["units"][0])[-1].phone == "#4"
    assert run("text", stdin="我有3个".encode()).done().lines == read["pinyin"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_line_for_each_line_and_blank_ones_kept(run: Run, tiny: Path, stage: str, end: str) -> None:
    out = run("text", "--stage", stage, "-v", tiny, stdin=stdin(LINES, end)).done().out.decode()
    lines = out.split("\n")
    assert len(lines) == len(LINES) + 1
    assert [not line for line in lines] == [not line.strip() for line in LINES] + [True]
    assert all(line == line.strip() for line in lines)


@pytest.mark.parametrize("stage", STAGES)
def test_json_has_the_same_and_the_text(run: Run, tiny: Path, stage: str) -> None:
    plain = run("text", "--stage", stage, "-v", tiny, stdin=stdin(LINES)).done().out.decode().split("\n")
    out = run("text", "--stage", stage, "--json", "-v", tiny, stdin=stdin(LINES)).done().out.decode()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["text"] for row in rows] == LINES
    for row, line in zip(rows, plain, strict=False):
        assert row.keys() == {"text", stage}
        assert row[stage] == (line if stage == "normalize" else line.split())
    assert "今天" in out, "as people read it, not \\u4eca"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("mark", ["\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_no_character_within_a_line_ends_it(run: Run, tiny: Path, stage: str, mark: str) -> None:
    out = run("text", "--stage", stage, "-v", tiny, stdin=f"你好{mark}再见\n".encode()).done().out.decode()
    assert len(out.splitlines()) == 1
    assert out.endswith("\n")


def test_units_are_those_of_the_voice_speaker_and_emotion(run: Run, tiny: Path) -> None:
    (line,) = run("text", "--stage", "units", "-v", tiny, "-s", "M7", "-e", "sad", stdin="你好。".encode()).done().lines
    assert line == format_units(Frontend().utterance("你好。", emotion="emotion_sad", speaker="M7").units)
    (line,) = run("text", "--stage", "units", stdin="花儿".encode()).done().lines
    assert [unit.phone for unit in parse_units(line)] == ["h_c", "uar_c", "#4"]
    assert {unit.speaker for unit in parse_units(line)} == {"qinglan"}


def test_a_byte_voice_has_bytes_for_units(run: Run, imported: object) -> None:
    folder = imported("bytes").voice.folder  # type: ignore[operator]
    (line,) = run("text", "--stage", "units", "-v", folder, stdin="你。\n".encode()).done().lines
    assert line == format_units(Frontend().bytes_utterance("你。", speaker="F7").units)


def test_the_last_line_needs_no_end(run: Run) -> None:
    assert run("text", stdin="你好".encode()).done().out == b"ni2 hao3\n"
    assert run("text").done().out == b""


def test_each_line_is_answered_before_the_next_is_written(tiny: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "langsong", "text"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for line, expected in (("你好", b"ni2 hao3"), ("", b""), ("再见", b"zai4 jian4")):
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().strip() == expected
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


def test_erhua_and_fillers_are_left_out_when_asked(run: Run) -> None:
    asked = ("text", "--stage", "normalize", "--without", "erhua", "--without", "fillers")
    assert run(*asked, stdin="呃，这儿有3只鸟儿".encode()).done().lines == ["这有三只鸟"]
