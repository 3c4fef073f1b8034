"""``langsong batch`` and ``langsong book``, as processes and with mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from langsong.audio.files import read_audio
from langsong.cli.app import app
from langsong.errors import LangsongError

NOVEL = "".join(f"第{n}章 风起\n" + "".join(f"今天是{n}月{day}号。\n" for day in range(1, 6)) for n in range(1, 4))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def refused(*arguments: str | Path) -> str:
    """The one line that a mistake ends with."""
    result = run(*arguments)
    assert isinstance(result.exception, LangsongError), result.output
    message = str(result.exception)
    assert "\n" not in message
    return message


def test_a_batch(lines: Callable[[Any], Path], tiny: Path, folder: Path) -> None:
    source = lines([{"text": "你好。"}, "no json", {"text": "再见。", "id": "bye"}])
    rehearsed = run("batch", source, "-o", "out", "-v", tiny, "--dry-run")
    assert rehearsed.exit_code == 1
    assert "line 2: not JSON" in rehearsed.output
    assert "2 to speak (6 characters), 1 that cannot be used" in rehearsed.output
    assert not Path("out").exists()
    ran = run("batch", source, "-o", "out", "-v", tiny, "--precision", "f32", "--concat", "all.wav")
    assert ran.exit_code == 1
    assert "2 done" in ran.output
    assert "failed line 2: not JSON" in ran.output
    (row,) = Path("out/failed.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(row)["id"] == "line 2"
    assert not Path("all.wav").exists()
    source = lines([{"text": "你好。"}, {"text": "再见。", "id": "bye"}])
    ran = run("batch", source, "-o", "out", "-v", tiny, "--precision", "f32", "--concat", "all.wav")
    assert ran.exit_code == 0, ran.output
    assert not Path("out/failed.jsonl").exists()
    joined, rate = read_audio("all.wav")
    parts = [len(read_audio(f"out/{name}.wav")[0]) for name in ("00001", "bye")]
    assert len(joined) == sum(parts) + round(0.5 * rate)


def test_a_batch_that_cannot_be(lines: Callable[[Any], Path], tiny: Path) -> None:
    good = lines([{"text": "好。"}])
    assert "cannot read nowhere.jsonl" in refused("batch", "nowhere.jsonl", "-o", "out", "-v", tiny)
    assert "no voice 'nobody'" in refused("batch", good, "-o", "out", "-v", "nobody")
    Path("file").write_text("")
    assert "cannot make the folder file/out" in refused("batch", good, "-o", "file/out", "-v", tiny)
    assert "known by the suffix" in refused("batch", good, "-o", "a", "-v", tiny, "--concat", "all.xyz")
    pcm = ("batch", good, "-o", "b", "-v", tiny, "--format", "pcm", "--concat", "all.wav")
    assert "give --format wav" in refused(*pcm)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_book_that_is_killed_is_gone_on_with(tiny: Path, folder: Path) -> None:
    Path("novel.txt").write_bytes(NOVEL.encode("gb18030"))
    command = [
        sys.executable, "-m", "langsong", "book", "novel.txt", "-o", "out", "-v", str(tiny), "--precision", "f32",
        "--format", "opus", "--title", "故乡", "--author", "某人",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    pieces = folder / "out" / "pieces"
    while len(list(pieces.glob("*.json"))) < 4 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (folder / "out" / "故乡.opus").exists()
    before = {path.name: path.stat().st_ino for path in pieces.glob("*.json")}
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    after = {path.name: path.stat().st_ino for path in pieces.glob("*.json")}
    assert len(after) == 18
    kept = [name for name, inode in before.items() if after[name] == inode]
    assert len(kept) >= len(before) - 1  # the last one may have been written and not yet recorded
    listing = json.loads(Path("out/故乡.json").read_text(encoding="utf-8"))
    assert [chapter["title"] for chapter in listing["chapters"]] == [f"第{n}章 风起" for n in (1, 2, 3)]
    assert listing["author"] == "某人"


def test_a_book_with_a_paragraph_that_cannot_be_spoken(tiny: Path) -> None:
    Path("a.txt").write_text("第一章 起\n你好{hao9}。\n再见。\n", encoding="utf-8")
    arguments = ("book", "a.txt", "-o", "out", "-v", tiny, "--precision", "f32", "--format", "mp3")
    ran = run(*arguments)
    assert ran.exit_code == 1
    assert "failed: 第一章 起: 你好{hao9}。: {hao9} at character 2" in ran.output
    assert not Path("out/a.mp3").exists()
    Path("a.txt").write_text("第一章 起\n你好{hao3}。\n再见。\n", encoding="utf-8")
    ran = run(*arguments)
    assert (ran.exit_code, ran.output.splitlines()[-1]) == (0, str(Path("out/a.mp3")))


def test_a_book_that_cannot_be(tiny: Path) -> None:
    Path("a.txt").write_text("好。", encoding="utf-8")
    Path("bad.txt").write_bytes(b"\xff\xff")
    Path("thai.txt").write_text("好。\nไทย。", encoding="utf-8")
    assert "cannot read nowhere.txt" in refused("book", "nowhere.txt", "-o", "out", "-v", tiny)
    assert "is neither UTF-8 (byte 0) nor GB18030" in refused("book", "bad.txt", "-o", "out", "-v", tiny)
    assert "unknown format 'wav' for a book" in refused("book", "a.txt", "-o", "out", "-v", tiny, "--format", "wav")
    assert "bad.txt is no cover" in refused("book", "a.txt", "-o", "out", "-v", tiny, "--cover", "bad.txt")
    assert "no speaker 'nobody'" in run("book", "a.txt", "-o", "out", "-v", tiny, "-s", "nobody").output
    assert "chapter 1, paragraph 2 (ไทย" in refused("book", "thai.txt", "-o", "out2", "-v", tiny)
    assert not Path("out2").exists()
