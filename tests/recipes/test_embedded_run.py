"""A run of the corpus: killed, gone on with, listened to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import corpus
import numpy as np
import pytest
import soundfile
from corpus.collect import collect, is_lost
from corpus.journal import Journal, read_lines
from corpus.labels import RATE
from corpus.listen import in_turn, listen
from corpus.speak import journalled, write_flac

from langsong.text.units import parse_units
from langsong.train.prepare.layouts import read_corpus


def test_journals_lose_no_line_but_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "clips.0.jsonl"
    Journal(path).add({"id": "甲"})
    with path.open("ab") as file:
        file.write(b'{"id": "tor')
    assert [row["id"] for row in read_lines(path)] == ["甲"]
    Journal(path).add({"id": "乙"})
    assert [row["id"] for row in read_lines(path)] == ["甲", "乙"]


@pytest.mark.parametrize("peak", [1.0, np.nan, np.inf])
def test_nothing_clipped_is_written(tmp_path: Path, peak: float) -> None:
    with pytest.raises(ValueError, match="full scale"):
        write_flac(tmp_path / "a.flac", np.array([0.0, peak], np.float32))
    assert list(tmp_path.iterdir()) == []


def speak(out: Path, teacher: Path, hours: float, wait: bool = True) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "corpus.speak", str(out), "--hours", str(hours), "--cache", str(teacher)]
    process = subprocess.Popen(
        command, cwd=Path(corpus.__file__).parents[1], stdout=subprocess.DEVNULL, start_new_session=True
    )
    if wait:
        assert process.wait(timeout=120) == 0
    return process


def test_a_killed_run_goes_on_to_the_same_corpus(texts: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "texts.jsonl").write_bytes((texts / "texts.jsonl").read_bytes())
    hours = 40 / 3600
    speak(whole, tiny_teacher, hours)
    process = speak(texts, tiny_teacher, hours, wait=False)
    deadline = time.monotonic() + 60
    while len(journalled(texts)) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    begun = journalled(texts)
    assert len(begun) >= 5
    speak(texts, tiny_teacher, hours)
    ended = journalled(texts)
    assert ended == journalled(whole)
    assert begun.items() <= ended.items()
    assert sum(sum(row["durations"]) for row in ended.values()) >= 40
    for row in ended.values():
        assert (texts / row["audio"]).read_bytes() == (whole / row["audio"]).read_bytes()
        audio, rate = soundfile.read(texts / row["audio"])
        assert rate == RATE
        units = parse_units(row["units"])
        assert len(row["durations"]) == len(units)
        assert sum(row["durations"]) == pytest.approx(len(audio) / rate, abs=1e-4)
        assert {unit.speaker for unit in units} == {row["speaker"]}
        assert {unit.emotion for unit in units} == {f"emotion_{row['emotion']}"}
        assert 0.01 < np.abs(audio).max() <= 0.951


def test_processes_end_with_the_run_that_started_them(texts: Path, tiny_teacher: Path) -> None:
    process = speak(texts, tiny_teacher, hours=1.0, wait=False)
    deadline = time.monotonic() + 60
    while not journalled(texts) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    lines, before = journalled(texts), {}
    while lines != before and time.monotonic() < deadline:
        time.sleep(1.0)
        lines, before = journalled(texts), lines
    assert lines == before
    assert sum(sum(row["durations"]) for row in lines.values()) < 3600


def test_a_corpus_is_what_was_understood_and_can_be_prepared(texts: Path, tiny_teacher: Path) -> None:
    speak(texts, tiny_teacher, 20 / 3600)
    rows = list(journalled(texts).values())
    deaf = rows[0]["id"]
    said = iter(["喂" if row["id"] == deaf else row["text"] for row in rows])
    heard = list(listen(rows, texts, lambda audio, rate: next(said)))
    assert [(ear["plain"], ear["tonal"]) for ear in heard[1:]] == [(0, 0)] * (len(rows) - 1)
    assert all(ear["measured"]["rate"] > 0 for ear in heard)
    assert list(listen(rows, texts, lambda audio, rate: pytest.fail("heard again"))) == []
    report = collect(texts)
    assert f"* {deaf}: " in report
    parts = {row["id"]: "corpus" if row["split"] == "train" else "held_out" for row in rows if row["id"] != deaf}
    found = {}
    for part in ("corpus", "held_out"):
        listing = read_corpus(texts / f"{part}.jsonl")
        assert listing.rejected == []
        assert all(clip.durations_s and clip.units and clip.audio.exists() for clip in listing.clips)
        found.update({clip.id: part for clip in listing.clips})
    assert found == parts


@pytest.mark.parametrize(
    ("plain", "syllables", "lost"), [(0, 1, False), (1, 1, False), (2, 5, False), (2, 4, True), (5, 12, True)]
)
def test_which_clips_are_lost(plain: int, syllables: int, lost: bool) -> None:
    assert is_lost({"plain": plain, "syllables": syllables}) == lost


def test_listening_takes_every_cell_before_the_next_round() -> None:
    rows = [{"id": f"{s}{e}{i}", "speaker": s, "style": e} for i in range(3) for s in "ab" for e in "xy"]
    assert [row["id"] for row in in_turn(rows[::-1], 2)] == ["by2", "bx2", "ay2", "ax2", "by1", "bx1", "ay1", "ax1"]
