"""Doing tasks with the threads of this process.

Whoever else does tasks (a cluster) offers the same: a callable from tasks to their outcomes, in any order. It takes
tasks when it can begin them, for what was taken counts as begun.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from .work import Outcome, Task

Execute = Callable[[Iterable[Task], int], Iterator[Outcome]]
"""Does tasks, at most so many at a time."""


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

    return execute
