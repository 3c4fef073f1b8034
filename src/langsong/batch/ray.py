"""Doing tasks with the machines of a Ray cluster: Ray Data, whose actors hold the model.

Work is done at least once and results are kept once: what a lost worker had in hand is done again elsewhere, and the
manifest, which stays with the process that runs the job, takes the first result.
"""

from __future__ import annotations

import logging
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from langsong.errors import JobError, MissingExtra

from .execution import Do, Execute, given_up
from .manifest import MOST_ATTEMPTS
from .work import Outcome, Task

BATCH_CHARACTERS = 1000
"""Of a batch, which one worker speaks in a minute or so: what is done again if the worker is lost."""
FEWEST_BATCHES = 4
"""For each worker, if there are tasks for so many: else some would have nothing to do."""
WINDOW_BATCHES = 250
"""For each worker: so many are sorted by length at a time. Every window opens its voices anew, which takes seconds."""


@contextmanager
def connected(address: str) -> Iterator[int]:
    """Ray, during the block; its processors.

    Args:
        address: "local" starts Ray on this machine until the block ends; "auto" finds the cluster that this machine
            belongs to; ``HOST:PORT`` names one.

    Raises:
        MissingExtra: Ray is not installed.
        JobError: there is no cluster.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
    os.environ.setdefault("RAY_worker_niceness", "0")  # with its own 15, whatever else runs has the processors
    try:
        import ray
    except ImportError:
        raise MissingExtra("ray", "a cluster") from None
    own: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **own)
    except Exception as error:  # noqa: BLE001 - Ray raises this very class when a machine is slow
        reason = str(error).splitlines()[0]
        raise JobError(f"no Ray cluster at {address}: {reason}; check the address, or 'ray status' there") from None
    try:
        yield int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]
    finally:
        ray.shutdown()


def on_ray(make: Callable[[], Do]) -> Execute:
    """With the cluster that is `connected`, an actor of one processor for each worker.

    Tasks are taken a window at a time and come back in any order, batch by batch. It outlives what ends its workers.

    Args:
        make: called once in each actor, for what does tasks there. Voices, lexicons and recordings that it or the
            tasks name must be on every machine under the same paths.
    """

    def execute(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
        for window in _windows(tasks, workers * WINDOW_BATCHES * BATCH_CHARACTERS):
            share = sum(map(_length, window)) // (workers * FEWEST_BATCHES) + 1
            yield from _outcomes(batches(window, min(share, BATCH_CHARACTERS)), make, workers)

    return Execute(execute, outlives_workers=True)


def _length(task: Task) -> int:
    return len(task.request["text"])


def _windows(tasks: Iterable[Task], characters: int) -> Iterator[list[Task]]:
    """Lists of tasks with about so many characters each."""
    window: list[Task] = []
    held = 0
    for task in tasks:
        window.append(task)
        held += _length(task)
        if held >= characters:
            yield window
            window, held = [], 0
    if window:
        yield window


def batches(tasks: Iterable[Task], characters: int) -> list[list[Task]]:
    """Batches of about equally long tasks, the longest tasks first, so that workers end at the same time.

    Args:
        characters: that a batch may have, unless one task alone has more.
    """
    made: list[list[Task]] = []
    room = 0
    for task in sorted(tasks, key=_length, reverse=True):
        if _length(task) > room:
            made.append([])
            room = characters
        made[-1].append(task)
        room -= _length(task)
    return made


def _outcomes(batches: list[list[Task]], make: Callable[[], Do], workers: int) -> Iterator[Outcome]:
    """What comes of batches, each as soon as it is done. Ray does those again that ended their worker."""
    import ray.data

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    in_hand = ray.remote(num_cpus=0)(_InHand).remote()
    rows = [{"tasks": pickle.dumps(batch)} for batch in batches]
    spoken = ray.data.from_items(rows, override_num_blocks=len(rows)).flat_map(
        _Worker,
        fn_constructor_args=(make, in_hand),
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=min(workers, len(rows))),
    )
    try:
        for batch in spoken.iter_batches(batch_size=None, prefetch_batches=0):
            yield from map(pickle.loads, batch["outcome"])
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        raise JobError(f"the workers cannot go on: {reason}; what is done is kept, start again") from None


class _InHand:
    """How often each task was begun and not ended: so often has it ended its worker."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    def begin(self, key: str) -> int:
        """So often before now."""
        self._begun[key] += 1
        return self._begun[key] - 1

    def end(self, key: str) -> None:
        self._begun[key] -= 1


class _Worker:
    """What an actor of the pool holds."""

    def __init__(self, make: Callable[[], Do], in_hand: Any) -> None:
        self._do, self._in_hand = make(), in_hand

    def __call__(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"outcome": pickle.dumps(self._outcome(task))} for task in pickle.loads(row["tasks"])]

    def _outcome(self, task: Task) -> Outcome:
        import ray

        if ray.get(self._in_hand.begin.remote(task.key)) >= MOST_ATTEMPTS:
            return given_up(task)
        outcome = self._do(task)
        self._in_hand.end.remote(task.key)
        return outcome
