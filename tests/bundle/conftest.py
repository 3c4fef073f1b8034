"""A good voice to be damaged, and a look at what is left behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Kantts = Callable[[str], Path]


@pytest.fixture
def nothing_left(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After the test: no voice, no hidden work folder, no unpacked archive."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert not home.exists() or [p.name for p in home.rglob("*") if p != home / "voices"] == []
    assert [p.name for p in temporary.iterdir() if p.name.startswith("langsong")] == []


@pytest.fixture
def source(kantts_voice: Kantts, tmp_path: Path) -> Path:
    """A good voice, to be damaged."""
    folder = tmp_path / "model"
    shutil.copytree(kantts_voice("base"), folder)
    return folder
