"""Runs the command in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import Ran, Run

from langsong.cli import app

if TYPE_CHECKING:
    from langsong.bundle.install import InstallReport


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """``run("say", "你好", stdin=b"")``: as the installed command does it, without a new process."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["langsong", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsysbinary.readouterr()
        code = 0
        try:
            app.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err.decode("utf-8"))

    return call


@pytest.fixture(scope="session")
def tiny(imported: Callable[[str], InstallReport]) -> Path:
    """A bundle's folder, for ``--voice``."""
    return imported("base").voice.folder
