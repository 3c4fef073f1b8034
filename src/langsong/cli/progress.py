"""A bar on standard error while something takes long; none where nobody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_SPEED_OVER_S = 600.0
"""The time that is left is told from the speed of so many seconds."""


class Bar:
    """How far something is, and when it will be done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=1)

    def begin(self, total: int, done: int = 0) -> None:
        """Say how much there is, and how much of it is done already, which tells nothing of the speed."""
        self._progress.reset(self._task, total=total, completed=done)

    def advance(self, amount: float) -> None:
        """So much more is done."""
        self._progress.advance(self._task, amount)


@contextmanager
def progress_bar(unit: str) -> Iterator[Bar]:
    """A bar that counts in `unit`."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn(f"{{task.completed:.0f}}/{{task.total:.0f}} {unit}"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, speed_estimate_period=_SPEED_OVER_S
    ) as progress:
        yield Bar(progress)
