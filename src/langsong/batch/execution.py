"""Doing tasks on this machine: with threads of this process, or with processes of their own.

Whoever else does tasks (a cluster: `ray`) offers the same. Outcomes come in any order.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from .manifest import MOST_ATTEMPTS
from .work import Failed, Outcome, Task

Do = Callable[[Task], Outcome]


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


def on_threads(do: Do) -> Execute:
    """With threads of this process, of which one voice serves all: graphs are in memory once."""

    def execute(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="langsong-batch")
        try:
            for _, future in _as_done(pool, do, tasks, workers):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return Execute(execute)


def on_processes(make: Callable[[], Do]) -> Execute:
    """With a process for each worker: graphs are in memory as often, and no worker waits for the Python of another.

    It outlives what ends its workers. What they had in hand is then done one at a time, so that a task that ends its
    process shows itself.

    Args:
        make: called once in each process, for what does tasks there; picklable. Its errors end the job.
    """

    def execute(tasks: Iterable[Task], workers: int) -> Iterator[Outcome]:
        remaining = iter(tasks)
        suspects: deque[Task] = deque()
        ended: Counter[str] = Counter()
        while True:
            lost: list[Task] = []
            turn, at_once = (_popped(suspects), 1) if suspects else (remaining, workers)
            with _processes(make, at_once) as pool:
                for task, future in _as_done(pool, _do, turn, at_once):
                    if isinstance(future.exception(), BrokenProcessPool):
                        lost.append(task)
                    else:
                        yield future.result()
            ended.update(task.key for task in lost)
            suspects.extend(task for task in lost if ended[task.key] < MOST_ATTEMPTS)
            yield from (given_up(task) for task in lost if ended[task.key] >= MOST_ATTEMPTS)
            if turn is remaining and not lost:
                return

    return Execute(execute, outlives_workers=True)


def given_up(task: Task) -> Failed:
    """Of a task that ends whoever speaks it."""
    return Failed(task.key, task.digest, f"the process ended {MOST_ATTEMPTS} times while it was spoken")


def _as_done(pool: Executor, do: Do, tasks: Iterable[Task], workers: int) -> Iterator[tuple[Task, Future[Outcome]]]:
    """Tasks that are done or failed. Takes no more of them when one has failed."""
    remaining = iter(tasks)
    running: dict[Future[Outcome], Task] = {}
    room = workers + 1 if workers > 1 else 1  # one more, so that none waits while a result is written
    while True:
        for task in itertools.islice(remaining, room - len(running)):
            running[_submitted(pool, do, task)] = task
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            if future.exception() is not None:
                remaining = iter(())
            yield running.pop(future), future


def _submitted(pool: Executor, do: Do, task: Task) -> Future[Outcome]:
    try:
        return pool.submit(do, task)
    except BrokenProcessPool as error:  # since it was last looked at
        broken: Future[Outcome] = Future()
        broken.set_exception(error)
        return broken


def _popped(tasks: deque[Task]) -> Iterator[Task]:
    while tasks:
        yield tasks.popleft()


@contextmanager
def _processes(make: Callable[[], Do], workers: int) -> Iterator[Executor]:
    others = {*multiprocessing.active_children()}
    context = multiprocessing.get_context("spawn")  # a forked process has locks whose threads it has not
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(make,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in {*multiprocessing.active_children()} - others:
            process.kill()  # or Python would wait at its end for what it speaks


def _start(make: Callable[[], Do]) -> None:
    """Begin a process of the pool."""
    global _made
    _made = cache(make)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one that runs the job ends them
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """If that one is killed, nobody else would end this one: it holds both ends of the queue that it waits at."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


_made: Callable[[], Do]
"""What does tasks in this process, made when first asked for: only then do errors of making it reach the job."""


def _do(task: Task) -> Outcome:
    return _made()(task)
