"""What every runtime offers."""

from __future__ import annotations

from typing import Any, Protocol

import numpy.typing as npt

Array = npt.NDArray[Any]


class Runtime(Protocol):
    """Runs a voice's stages (see `langsong.bundle.stages`). Thread-safe and without state between calls."""

    name: str
    description: str
    """Device, precision and threads, for people."""
    most_frames: int | None
    """How many mel frames one run of the vocoder may have; None = any number."""

    def run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        """Run one stage; inputs and outputs in the order of its table entry."""
        ...

    def preload(self) -> None:
        """Load what every request needs; requests may run meanwhile."""
        ...
