"""The code on the pages about the server runs against a server, with the clients that it is for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import Running

from snippets import DOCS, blocks, shell

PLAYER = "#!/bin/sh\ncat > played\n"


@pytest.fixture
def folder(tmp_path: Path, recording: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with what the snippets take from the reader's: a recording and a player."""
    (tmp_path / "feeling.wav").write_bytes(recording)
    player = tmp_path / "bin" / "mpv"
    player.parent.mkdir()
    player.write_text(PLAYER)
    player.chmod(0o755)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def here(code: str, server: Running) -> str:
    """The code, asking the server of these tests."""
    assert "7860" in code
    return code.replace("7860", str(server.port))


@pytest.mark.skipif(os.name == "nt" or not shutil.which("curl"), reason="the snippets are for a POSIX shell and curl")
def test_curl(embedded_server: Running, folder: Path) -> None:
    (script,) = blocks(DOCS / "server.md", "sh")
    shell(here(script, embedded_server), folder, folder / "bin")
    for name in ("hello.wav", "felt.wav", "played"):
        content = (folder / name).read_bytes()
        assert len(content) > 5000, name
        assert content[:4] == b"RIFF" or content[:3] == b"ID3", name


@pytest.mark.parametrize(("page", "written"), [("server.md", "a.mp3"), ("clients.md", "out.wav")])
def test_clients_in_python(embedded_server: Running, folder: Path, page: str, written: str) -> None:
    (snippet,) = blocks(DOCS / page, "python")
    ran = subprocess.run(
        [sys.executable, "-c", here(snippet, embedded_server)], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert (folder / written).stat().st_size > 5000
