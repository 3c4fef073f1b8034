"""Running a job: from a planned manifest, through whoever executes, to kept results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .execution import Execute
from .manifest import Counts, Manifest
from .work import Outcome


@dataclass(frozen=True)
class Order:
    """What of a job this run does, and in which order (see `Manifest.waiting`)."""

    shuffle: int | None = None
    limit: int | None = None


def run(
    manifest: Manifest,
    execute: Execute,
    workers: int,
    order: Order = Order(),
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> Counts:
    """Do what waits.

    Args:
        manifest: planned.
        execute: does tasks; see `execution`.
        workers: tasks at a time.
        progress: is told every outcome when it is kept.

    Raises:
        AudioError, JobError: results cannot be written. What was kept before stays, and the next run goes on.
    """
    fresh, suspects = manifest.waiting(shuffle=order.shuffle, limit=order.limit)
    if execute.outlives_workers:
        turns = [(manifest.tasks(fresh + suspects), workers)]
    else:
        turns = [(manifest.begin(fresh), workers), (manifest.begin(suspects), 1)]
    for tasks, at_once in turns:
        for outcome in execute.do(tasks, at_once):
            if manifest.record(outcome):
                progress(outcome)
    return manifest.counts()
