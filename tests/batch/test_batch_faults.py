"""Killed processes, cut power and full disks: the next run goes on, nothing is lost and nothing is done twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from langsong.audio.files import read_audio
from langsong.batch.manifest import FILE, Item, Manifest
from langsong.batch.work import Spoken
from langsong.errors import AudioError, JobError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals, folders and limits")

KEYS = ["a", "b"]
SOUNDS = {key: key.encode() * 1000 for key in KEYS}


def speak_waiting(folder: Path) -> list[str]:
    """Runs the job of `KEYS` to its end with sounds that need no model; what was spoken."""
    with Manifest(folder) as manifest:
        manifest.plan(Item(key, "d", {"text": key}) for key in KEYS)
        fresh, suspects = manifest.waiting()
        for task in manifest.begin([*fresh, *suspects]):
            manifest.record(Spoken(task.key, "d", SOUNDS[task.key], ".wav", 1.0, {"text": task.key}))
    return [*fresh, *suspects]


class PowerCut(BaseException):
    """Not even a handler of errors runs."""


class Disk:
    """What of a folder is on the disk when the power goes before its n-th fsync or rename.

    Content is there as of its file's last fsync, else zeros; names as of the folder's last fsync, or, as a journal may
    do it, all of them. What the database has committed is always there, which is the worst for it to be.
    """

    def __init__(self, folder: Path, cut_at: int, *, fsync_works: bool = True) -> None:
        self.folder, self.left, self.fsync_works = folder, cut_at, fsync_works
        self.content: dict[int, bytes] = {}
        self.names: dict[str, int] = {}
        self.after: dict[str, dict[str, bytes]] = {}

    def _entries(self) -> dict[str, int]:
        return {e.name: e.inode() for e in os.scandir(self.folder) if not e.name.startswith(FILE)}

    def fsync(self, descriptor: int) -> None:
        self._step()
        if not self.fsync_works:
            return
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self.names = self._entries()
        else:
            (name,) = (name for name, inode in self._entries().items() if inode == status.st_ino)
            self.content[status.st_ino] = (self.folder / name).read_bytes()

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            now = self._entries()
            sizes = {inode: (self.folder / name).stat().st_size for name, inode in now.items()}
            for kind, names in (("only what was forced", self.names), ("all names", now)):
                self.after[kind] = {
                    name: self.content.get(inode, bytes(sizes.get(inode, 0))) for name, inode in names.items()
                }
            raise PowerCut

    @contextmanager
    def used(self) -> Iterator[None]:
        replace = Path.replace

        def replacing(source: Path, target: Any) -> Path:
            self._step()
            return replace(source, target)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", self.fsync)
            patch.setattr(Path, "replace", replacing)
            yield

    def restored(self, kind: str, folder: Path) -> Path:
        """The folder as it is found when the power is back."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in self.after[kind].items():
            (folder / name).write_bytes(content)
        for path in self.folder.glob(f"{FILE}*"):
            shutil.copy(path, folder)
        return folder


def cuts(tmp_path: Path, *, fsync_works: bool = True) -> Iterator[Path]:
    """Folders after the power was cut, at each moment of a job there is."""
    for cut_at in range(1000):
        folder = tmp_path / str(cut_at)
        folder.mkdir()
        disk = Disk(folder, cut_at, fsync_works=fsync_works)
        try:
            with disk.used():
                speak_waiting(folder)
            assert cut_at == 5 * len(KEYS)  # two files forced and renamed, and their names forced
            return
        except PowerCut:
            for kind in disk.after:
                yield disk.restored(kind, tmp_path / f"after-{cut_at}-{kind}")


def whole(folder: Path) -> bool:
    return all((folder / f"{key}.wav").read_bytes() == SOUNDS[key] for key in KEYS)


def test_a_power_cut_at_any_moment(tmp_path: Path) -> None:
    spoken_again = []
    for folder in cuts(tmp_path):
        spoken_again.append(len(speak_waiting(folder)))
        assert whole(folder), folder.name
        assert speak_waiting(folder) == []
    assert max(spoken_again) == len(KEYS)
    assert min(spoken_again) < len(KEYS)  # what was recorded was not done again


def test_the_simulation_finds_what_is_not_forced_to_disk(tmp_path: Path) -> None:
    lost = []
    for folder in cuts(tmp_path, fsync_works=False):
        speak_waiting(folder)
        lost.append(not whole(folder))
    assert any(lost)


def command(source: Path, out: Path, tiny: Path) -> list[str]:
    return [
        sys.executable, "-m", "langsong", "batch", str(source), "-o", str(out), "-v", str(tiny), "--precision", "f32",
    ]  # fmt: skip


def done(out: Path) -> dict[str, int]:
    """Items that the database says are done, as another process sees them, and the inodes of their sounds."""
    if not (out / FILE).exists():
        return {}
    copy = out.with_name("seen")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(out, copy)
    database = sqlite3.connect(copy / FILE)
    rows = database.execute("SELECT key, audio FROM items WHERE state = 'done'").fetchall()
    database.close()
    return {key: (out / audio).stat().st_ino for key, audio in rows}


def test_killed_and_killed_again(tmp_path: Path, tiny: Path, lines: Callable[[Any], Path]) -> None:
    texts = [f"今天是{n}号。" * 4 for n in range(1, 13)]
    source, out = lines({"text": text} for text in texts), tmp_path / "out"
    before: dict[str, int] = {}
    for wanted in (2, 6):
        process = subprocess.Popen(command(source, out, tiny), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while len(list(out.glob("*.wav"))) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = done(out)
        assert before.items() <= now.items()  # nothing lost, nothing written again
        before = now
    assert before
    ran = subprocess.run(command(source, out, tiny), capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1].startswith("12 done")
    now = done(out)
    assert before.items() <= now.items()
    assert len(now) == 12
    for key in now:
        assert len(read_audio(out / f"{key}.wav")[0])
    assert not list(out.glob(".*"))  # nothing is left of a write that was cut off
    sounds = {path.name for path in out.glob("*.wav")}
    assert sounds == {f"{n:05}.wav" for n in range(1, 13)}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    big = Spoken("b", "d", bytes(1 << 20), ".wav", 1.0, {})
    with Manifest(tmp_path) as manifest:
        manifest.plan(Item(key, "d", {"text": key}) for key in KEYS)
        assert manifest.record(Spoken("a", "d", SOUNDS["a"], ".wav", 1.0, {}))
        with largest_file(1 << 19), pytest.raises(AudioError, match="make it shorter"):
            manifest.record(big)
        assert not list(tmp_path.glob("b*"))
        assert not list(tmp_path.glob(".b*"))
    assert speak_waiting(tmp_path) == ["b"]
    assert whole(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "langsong-test", str(folder)], capture_output=True
    ).returncode:  # fmt: skip
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """Full of something else, until that is removed."""
    out = small_disk / "out"
    with Manifest(out) as manifest:
        manifest.plan(Item(key, "d", {"text": key}) for key in KEYS)
        manifest.record(Spoken("a", "d", SOUNDS["a"], ".wav", 1.0, {}))
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 10))
    with pytest.raises((AudioError, JobError), match="free some space"):
        speak_waiting(out)
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")]
    filler.unlink()
    assert speak_waiting(out) == ["b"]
    assert whole(out)
