"""Jobs on a Ray cluster of several processes: the same results, whichever worker is killed."""

from __future__ import annotations

import importlib.util
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mortal import KEYS, LINES, Mortal, do_all_but_the_poison

from langsong.audio.files import read_audio
from langsong.batch.job import run
from langsong.batch.lines import read_items
from langsong.batch.manifest import Counts, Manifest
from langsong.batch.ray import batches, connected, on_ray
from langsong.batch.work import Speaker, SpeakerSetup, Task
from langsong.errors import JobError, MissingExtra

WITH_RAY = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
CLUSTER = [
    WITH_RAY,
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds workers in /proc"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),  # of its own settings, which it reads itself
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # it leaves its log files to the garbage collector
]


@given(st.lists(st.integers(1, 50)), st.integers(1, 60))
def test_batches_hold_all_tasks_by_length(lengths: list[int], characters: int) -> None:
    tasks = [Task(str(i), "d", {"text": "字" * length}) for i, length in enumerate(lengths)]
    made = batches(tasks, characters)
    assert sorted(task.key for batch in made for task in batch) == sorted(task.key for task in tasks)
    in_order = [len(task.request["text"]) for batch in made for task in batch]
    assert in_order == sorted(lengths, reverse=True)
    for batch, following in itertools.zip_longest(made, made[1:]):
        total = sum(len(task.request["text"]) for task in batch)
        assert total <= characters or len(batch) == 1
        assert following is None or total + len(following[0].request["text"]) > characters


def test_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"pip install 'langsong\[ray\]'"), connected("local"):
        pass


@WITH_RAY
@pytest.mark.slow
def test_where_no_cluster_is() -> None:
    with pytest.raises(JobError, match=r"no Ray cluster at auto: .*; check the address"), connected("auto"):
        pass


@pytest.fixture(scope="module")
def cluster() -> Iterator[int]:
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[Mortal.__module__])  # workers cannot import tests
    with connected(os.environ.get("RAY_ADDRESS", "local")) as processors:
        yield processors


class TestOnACluster:
    pytestmark = CLUSTER

    def test_killed_workers(
        self, cluster: int, tmp_path: Path, tiny: Path, lines: Callable[[Any], Path], job: Callable[..., Counts]
    ) -> None:
        source = lines(LINES)
        assert do_all_but_the_poison(on_ray, source, tiny, tmp_path) >= 2
        assert job(source, tmp_path / "plain").done == 7
        for key in {*KEYS} - {"poison"}:
            sound, _ = read_audio(tmp_path / "out" / f"{key}.wav")
            assert (sound == read_audio(tmp_path / "plain" / f"{key}.wav")[0]).all()

    def test_a_worker_that_cannot_begin(
        self, cluster: int, tmp_path: Path, tiny: Path, lines: Callable[[Any], Path]
    ) -> None:
        make = partial(Speaker, SpeakerSetup(lexicon=str(tmp_path / "absent.tsv")))
        with Manifest(tmp_path / "out") as manifest:
            manifest.plan(read_items(lines([{"text": "你好。"}]), {"voice": str(tiny)}))
            with pytest.raises(JobError, match=r"the workers cannot go on: .*absent\.tsv"):
                run(manifest, on_ray(make), 1)
            assert manifest.counts().waiting == 1


def actors(session: int) -> list[int]:
    """Processes of a session that hold a model for Ray Data."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if title.startswith(b"ray::") and b"MapWorker" in title and int(fields[3]) == session:
            found.append(int(process.name))
    return found


class TestTheCommand:
    pytestmark = CLUSTER

    def test_killed_on_both_sides(self, tmp_path: Path, tiny: Path, lines: Callable[[Any], Path]) -> None:
        """The job's own process, then, in the next run, a worker."""
        source, out = lines({"text": f"今天是{n}号。" * 40} for n in range(12)), tmp_path / "out"
        command = [
            sys.executable, "-m", "langsong", "batch", str(source), "-o", str(out), "-v", str(tiny),
            "--precision", "f32", "--ray", "local", "--workers", "2",
        ]  # fmt: skip
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        wait_for(lambda: len(list(out.glob("*.wav"))) >= 1, process)
        process.kill()
        process.wait()
        kept = {path.name: path.stat().st_ino for path in out.glob("*.wav")}
        assert 0 < len(kept) < 12
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: len(list(out.glob("*.wav"))) > len(kept) or bool(actors(process.pid)), process)
        os.kill(actors(process.pid)[0], signal.SIGKILL)
        said, _ = process.communicate(timeout=240)
        assert process.returncode == 0, said
        assert said.splitlines()[-1].startswith("12 done")
        now = {path.name: path.stat().st_ino for path in out.glob("*.wav")}
        assert len(now) == 12
        assert sum(now[name] == inode for name, inode in kept.items()) >= len(kept) - 1


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    """Until it is so, or the process has ended."""
    deadline = time.monotonic() + 240
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()
