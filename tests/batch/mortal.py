"""Who does tasks and dies of some of them, for whoever must outlive that."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from langsong.batch.execution import Do, Execute
from langsong.batch.job import run
from langsong.batch.lines import read_items
from langsong.batch.manifest import Manifest
from langsong.batch.work import Outcome, Speaker, SpeakerSetup, Task

KEYS = ["text-0", "once", "text-1", "text-2", "poison", "text-3", "text-4"]
LINES = [*({"id": key, "text": f"今天是{n}号。"} for n, key in enumerate(KEYS)), {"text": ""}]


class Mortal:
    """Speaks, but ends its process with some tasks: with the key "poison" always, with "once" the first time."""

    def __init__(self, setup: SpeakerSetup, folder: Path) -> None:
        self._speaker, self._folder = Speaker(setup), folder

    def __call__(self, task: Task) -> Outcome:
        tries = len(list(self._folder.glob(f"{task.key}-*")))
        (self._folder / f"{task.key}-{tries}").touch()
        if task.key == "poison" or (task.key == "once" and not tries):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._speaker(task)


def do_all_but_the_poison(way: Callable[[Callable[[], Do]], Execute], source: Path, voice: Path, folder: Path) -> int:
    """Do `LINES`, which `source` has, with `way` of mortals into the folder ``out``; how often "once" was tried."""
    tries = folder / "tries"
    tries.mkdir()
    recorded: list[str] = []
    make = partial(Mortal, SpeakerSetup(placement={"threads": 1, "precision": "f32"}), tries)
    with Manifest(folder / "out") as manifest:
        manifest.plan(read_items(source, {"voice": str(voice)}))
        counts = run(manifest, way(make), 2, progress=lambda outcome: recorded.append(outcome.key))
        failures = {failure.key: failure.error for failure in manifest.failures()}
    assert (counts.done, counts.failed, counts.waiting) == (len(KEYS) - 1, 2, 0)
    assert sorted(recorded) == sorted(KEYS)  # each once, though some were spoken several times
    assert failures["poison"] == "the process ended 3 times while it was spoken"
    assert len(list(tries.glob("poison-*"))) == 3
    return len(list(tries.glob("once-*")))
