"""Jobs on processes of their own: whichever of them ends, however the job itself ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from mortal import KEYS, LINES, do_all_but_the_poison

from langsong.audio.files import read_audio
from langsong.batch.execution import on_processes
from langsong.batch.job import run
from langsong.batch.lines import read_items
from langsong.batch.manifest import Counts, Manifest
from langsong.batch.work import Speaker, SpeakerSetup
from langsong.errors import OptionError


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_processes_that_end(
    tmp_path: Path, tiny: Path, lines: Callable[[Any], Path], job: Callable[..., Counts]
) -> None:
    source = lines(LINES)
    assert do_all_but_the_poison(on_processes, source, tiny, tmp_path) == 2
    assert job(source, tmp_path / "plain").done == 7
    for key in {*KEYS} - {"poison"}:
        sound, _ = read_audio(tmp_path / "out" / f"{key}.wav")
        assert (sound == read_audio(tmp_path / "plain" / f"{key}.wav")[0]).all()


def test_what_cannot_be_made_ends_the_job(tmp_path: Path, tiny: Path, lines: Callable[[Any], Path]) -> None:
    make = partial(Speaker, SpeakerSetup(lexicon=str(tmp_path / "absent.tsv")))
    with Manifest(tmp_path / "out") as manifest:
        manifest.plan(read_items(lines([{"text": "你好。"}, {"text": "再见。"}]), {"voice": str(tiny)}))
        with pytest.raises(OptionError, match=r"absent\.tsv"):
            run(manifest, on_processes(make), 2)
        assert manifest.counts().waiting == 2


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_job(
    ending: signal.Signals, tmp_path: Path, tiny: Path, lines: Callable[[Any], Path]
) -> None:
    source, out = lines({"text": f"今天是{n}号。" * 40} for n in range(40)), tmp_path / "out"
    command = [
        sys.executable, "-m", "langsong", "batch", str(source), "-o", str(out), "-v", str(tiny), "-j", "2",
        "--precision", "f32",
    ]  # fmt: skip
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(lambda: len(list(out.glob("*.wav"))) > 0)
    assert len(processes(process.pid)) >= 3
    if ending is signal.SIGINT:
        os.killpg(process.pid, ending)  # as a terminal does
    else:
        process.send_signal(ending)
    _, said = process.communicate(timeout=30)
    wait_for(lambda: not processes(process.pid))
    # Python's tracker of semaphores tells that it removes those of a process that was killed.
    assert b"Traceback" not in said
    assert said == b"" or ending is not signal.SIGINT
    assert process.returncode in (-ending, 130)


def processes(session: int) -> list[int]:
    """Of a session, that run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, *fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == session and state != "Z":
            found.append(int(folder.name))
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()
