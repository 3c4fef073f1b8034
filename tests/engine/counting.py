"""A runtime to look over the shoulder of another."""

from __future__ import annotations

from collections import Counter

from langsong.engine.runtime.base import Array, Runtime


class CountingRuntime:
    """A runtime that counts how often each stage of the one inside it runs.

    Args:
        most_units: more of them in one sentence are a mistake (attention needs their square of memory).
    """

    def __init__(self, inner: Runtime, most_units: int = 10_000) -> None:
        self.inner = inner
        self.most_units = most_units
        self.name = inner.name
        self.description = inner.description
        self.most_frames = inner.most_frames
        self.runs: Counter[str] = Counter()

    def run(self, stage: str, *inputs: Array) -> tuple[Array, ...]:
        self.runs[stage] += 1
        if stage == "encoder":
            units = inputs[0].shape[1]
            assert units <= self.most_units, f"{units} units in one go"
        return self.inner.run(stage, *inputs)

    def preload(self) -> None:
        self.inner.preload()
