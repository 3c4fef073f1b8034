"""Who does tasks and dies of some of them, for whoever must outlive that."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from langsong.batch.work import Outcome, Speaker, SpeakerSetup, Task


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
