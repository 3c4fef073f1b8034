"""What goes wrong on real machines: it costs the request that met it, at most, and never the process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from langsong.audio.files import read_audio
from langsong.bundle.install import InstallReport
from langsong.engine.pool import SynthesisPool
from langsong.engine.synthesizer import Synthesizer
from langsong.types import AudioChunk

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and file systems")

TEXT = "今天天气真好，我们去公园散步吧。"


@pytest.fixture
def tiny(imported: Callable[[str], InstallReport]) -> Path:
    return imported("base").voice.folder


class Ending:
    """A voice with which some texts end the thread that speaks them, as SystemExit in a library does."""

    def __init__(self, inner: Synthesizer) -> None:
        self._inner = inner
        self.runtime, self.sample_rate, self.cache_lookups = inner.runtime, inner.sample_rate, (0, 0)

    def stream(self, text: str, options: Any = None, *, early: bool = True) -> Iterator[AudioChunk]:
        for chunk in self._inner.stream(text, options, early=early):
            yield chunk
            if text.startswith("坏"):
                raise SystemExit(1)


def test_a_worker_thread_that_is_ended(speaker: Callable[..., Synthesizer]) -> None:
    """Its request fails; the pool keeps its workers."""
    voice = Ending(speaker("base"))
    with SynthesisPool(workers=1, open_voice=lambda name, device: voice) as pool:
        for _ in range(2):
            with pytest.raises(RuntimeError, match="SystemExit"):
                list(pool.submit("坏" + TEXT))
        assert sum(len(chunk.samples) for chunk in pool.submit(TEXT)) > 1000
        assert pool.open_requests == 0


SPEAKER = """
import sys, numpy as np
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import LangsongError
synthesizer = Synthesizer.open(sys.argv[1], precision="f32", threads=1, cache_bytes=0)
first = synthesizer.say("今天天气真好，我们去公园散步吧。").samples
print("spoken", flush=True)
sys.stdin.readline()
try:
    same = np.array_equal(first, synthesizer.say("今天天气真好，我们去公园散步吧。").samples)
    print("the same" if same else "another")
except LangsongError as error:
    print("refused:", error)
try:  # with lengths that nothing was compiled for yet
    synthesizer.say("走。" * 40)
    print("spoken")
except LangsongError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize("fault", ["truncated", "replaced"])
def test_a_model_file_that_changes_under_a_process(fault: str, tiny: Path, home: Path, tmp_path: Path) -> None:
    voice = shutil.copytree(tiny, tmp_path / "voice")
    process = subprocess.Popen(
        [sys.executable, "-c", SPEAKER, str(voice)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "spoken\n"
    weights = voice / "weights.safetensors"
    if fault == "truncated":
        os.truncate(weights, weights.stat().st_size // 2)
    else:
        (tmp_path / "new").write_bytes(b"other")
        (tmp_path / "new").replace(weights)
    said, _ = process.communicate("\n", timeout=120)
    first, second = said.splitlines()
    assert process.returncode == 0
    assert first == "the same"
    assert second == "spoken" or second.startswith("refused: ")


def langsong(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "langsong", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env={**os.environ, "LANGSONG_HOME": str(home)},
    )  # fmt: skip


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """File systems of their own, of 256 KiB: ``mounted("ro")`` is read-only."""
    made: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"disk{len(made)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size=256k,{options}", "langsong-test", str(folder)]
        if os.geteuid() or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no right to mount a file system")
        made.append(folder)
        return folder

    yield mount
    for folder in made:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 10))
        except OSError:
            return


@pytest.mark.slow
@pytest.mark.parametrize("state", ["ro", "full"])
def test_a_cache_that_cannot_be_written(state: str, mounted: Callable[[str], Path], tiny: Path, tmp_path: Path) -> None:
    home = mounted("ro" if state == "ro" else "rw")
    if state == "full":
        fill(home)
    out = tmp_path / "a.wav"
    ran = langsong("say", TEXT, "-o", out, "-v", tiny, home=home)
    assert ran.returncode == 0, ran.stderr
    assert len(read_audio(out)[0]) > 1000


@pytest.mark.slow
def test_a_full_disk_for_the_result(mounted: Callable[[str], Path], tiny: Path, home: Path) -> None:
    disk = mounted("rw")
    fill(disk)
    ran = langsong("say", TEXT * 5, "-o", disk / "a.wav", "-v", tiny, home=home)
    assert ran.returncode == 2
    assert ran.stderr.count("\n") == 1
    assert "free some space" in ran.stderr
    assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_clock_that_jumps(speaker: Callable[..., Synthesizer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines and turns go by a clock that nobody sets."""
    voice = speaker("base")
    right = time.time
    with SynthesisPool(workers=1, open_voice=lambda name, device: voice) as pool:
        whole = [chunk.samples for chunk in pool.submit(TEXT, deadline_s=60)]
        for jump_s in (-86400.0, 86400.0 * 365):
            request = pool.submit(TEXT, deadline_s=60)
            monkeypatch.setattr(time, "time", lambda jump_s=jump_s: right() + jump_s)
            assert np.array_equal(np.concatenate([c.samples for c in request]), np.concatenate(whole))


@pytest.mark.slow
def test_say_killed_at_any_moment(tiny: Path, home: Path, tmp_path: Path) -> None:
    """There is the whole file, or none."""
    out = tmp_path / "out" / "a.wav"
    out.parent.mkdir()
    command: Sequence[str] = [
        sys.executable, "-m", "langsong", "say", TEXT * 20, "-o", str(out), "-v", str(tiny)
    ]  # fmt: skip
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    seconds, size = time.monotonic() - begun, out.stat().st_size
    for number, end in enumerate([signal.SIGKILL, signal.SIGTERM, signal.SIGINT] * 2):
        out.unlink()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(seconds * (0.3 + 0.12 * number))
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said
        assert not out.exists() or out.stat().st_size == size
        if not out.exists():
            subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["loading", "idle", "speaking"])
def test_the_server_told_to_stop(phase: str, tiny: Path, home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "langsong", "serve", "--port", "0", "--no-studio", "--threads", "1", "-v", str(tiny)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    host, _, port = address.removeprefix("http://").rpartition(":")
    if phase != "loading":
        wait_until_ready(host, int(port))
    if phase == "speaking":
        client = socket.create_connection((host, int(port)))
        body = f'{{"text": "{TEXT * 3}", "stream": true, "format": "pcm"}}'.encode()
        head = f"POST /v1/tts HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        client.sendall(head.encode() + body)
        received = client.recv(1 << 16)
    process.send_signal(signal.SIGTERM)
    if phase == "speaking":
        while data := client.recv(1 << 16):
            received += data
        client.close()
        assert received.endswith(b"0\r\n\r\n")  # the last chunk: nothing is missing
    _, log = process.communicate(timeout=60)
    assert process.returncode == 0 or (phase == "loading" and process.returncode == -signal.SIGTERM), log
    assert "Traceback" not in log


def wait_until_ready(host: str, port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.create_connection((host, port)) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            if b" 200 " in connection.recv(1 << 12):
                return
        time.sleep(0.1)
    raise TimeoutError("the server's voice does not load")
