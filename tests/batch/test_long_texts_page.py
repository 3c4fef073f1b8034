"""What docs/long-texts.md shows runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from snippets import DOCS, blocks, shell

PAGE = DOCS / "long-texts.md"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the snippets are for a POSIX shell")
def test_the_pages_code_runs(tmp_path: Path, cover: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("novel.txt").write_text("第一章 风起\n风来了。\n", encoding="utf-8")
    Path("cover.jpg").write_bytes(cover)
    (lines,) = blocks(PAGE, "json")
    Path("lines.jsonl").write_text(lines, encoding="utf-8")
    for script in blocks(PAGE, "sh"):
        mine = [line for line in script.splitlines() if not line.startswith("pip ") and "--ray" not in line]
        shell("\n".join(mine), tmp_path)
    assert Path("novel/故乡.m4b").stat().st_size > 1000
    assert Path("out/leaving.flac").exists()
    (program,) = blocks(PAGE, "python")
    scene: dict[str, Any] = {}
    exec(compile(program, PAGE.name, "exec"), scene)
    assert scene["counts"].done == 3
    assert not Path("out/00001.wav").exists()  # now it is a flac
