"""A bar on standard error while something takes long; none where nobody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(total: int, done: int = 0, unit: str = "") -> Iterator[Callable[[int], None]]:
    """What to call with how much more is done; the bar shows when all will be.

    Args:
        total, done: of the whole, and what is done already, which tells nothing of the speed.
        unit: of both, to be shown.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, speed_estimate_period=600) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda amount: bar.advance(task, amount)
