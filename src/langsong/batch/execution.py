"""Doing tasks with the threads of this process.

Whoever else does tasks (a cluster: `ray`) offers the same. Outcomes come in any order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from .work import Outcome, Task


@dataclass(frozen=True)
class Execute:
    """A way to do tasks.

    Attributes:
        do: does tasks, at most so many at a time; takes them when it can begin them.
        outlives_workers: what ends whoever speaks a task does not end this process, so that tasks that were begun
            when it ended are as good as others, and may be taken long before they are begun.
    """

    do: Callable[[Iterable[Task], int], Iterator[Outcome]]
    outlives_workers: bool = False


def on_threads(do: Callable[[Task], Outcome]) -> Execute:
    """With threads of this process, of which one voice serves all: graphs are in memory once."""

    def execute(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
        remaining = iter(tasks)
        with ThreadPoolExecutor(workers, thread_name_prefix="langsong-batch") as pool:
            running: set[Future[Outcome]] = set()
            try:
                while True:
                    # One more than there are workers, so that none waits while a result is written.
                    room = workers + 1 - len(running) if workers > 1 else 1 - len(running)
                    running |= {pool.submit(do, task) for task in itertools.islice(remaining, room)}
                    if not running:
                        return
                    ready, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    return Execute(execute)
