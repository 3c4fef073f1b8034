"""What a run leaves for people: metrics as lines of JSON, and TensorBoard's scalars, pictures and sound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from langsong.errors import MissingExtra
from langsong.types import Float32

METRICS_FILE = "metrics.jsonl"
PACE = ("steps_per_s", "cpu_s")
"""Metrics that tell of the machine, not of the model."""
EVENTS_FOLDER = "events"
PICTURE_HEIGHT = 240


@dataclass(frozen=True)
class Heatmap:
    """A picture of numbers: (x, y), x to the right and y upwards."""

    values: Float32


@dataclass(frozen=True)
class Sound:
    """(N,) samples in [-1, 1] at `sample_rate` Hz."""

    samples: Float32
    sample_rate: int


Exhibit = Heatmap | Sound


class Reporter(Protocol):
    """Is told of a step's losses, and of held-out ones, while a run goes on."""

    def __call__(self, progress: Progress) -> None: ...


@dataclass(frozen=True)
class Progress:
    """How a run goes.

    Attributes:
        step, steps: done, and to do in all.
        values: losses by name; those of held-out utterances begin with ``valid/``.
        steps_per_s: since the last report; 0 for held-out losses.
        remaining_s: at that speed.
    """

    step: int
    steps: int
    values: Mapping[str, float]
    steps_per_s: float = 0.0
    remaining_s: float = 0.0


class Records:
    """A run's metrics and events. A run that goes on forgets what was recorded after its checkpoint.

    Raises:
        MissingExtra: TensorBoard is not installed.
    """

    def __init__(self, folder: Path, step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise MissingExtra("train", "training") from None
        self.path = folder / METRICS_FILE
        kept = [line for line in read_lines(self.path) if json.loads(line)["step"] <= step]
        self.path.write_text("".join(kept), encoding="utf-8")
        self.writer = SummaryWriter(str(folder / EVENTS_FOLDER), purge_step=step + 1 if step else None)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": step, **values}) + "\n")
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)

    def exhibit(self, step: int, exhibits: Mapping[str, Exhibit]) -> None:
        for name, exhibit in exhibits.items():
            if isinstance(exhibit, Sound):
                self.writer.add_audio(name, exhibit.samples[None].clip(-1, 1), step, exhibit.sample_rate)
            else:
                self.writer.add_image(name, colours(exhibit.values), step, dataformats="HWC")
        self.writer.flush()

    def close(self) -> None:
        self.writer.close()


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file; a last one that was cut off is left out."""
    if not path.is_file():
        return []
    return [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]


def colours(values: Float32) -> npt.NDArray[np.uint8]:
    """(x, y) numbers to a picture (height, width, 3), dark to bright, y upwards."""
    from matplotlib import colormaps

    low, high = float(values.min()), float(values.max())
    level = (values.T[::-1] - low) / max(high - low, 1e-9)
    picture = colormaps["viridis"](level, bytes=True)[:, :, :3]
    return np.asarray(picture).repeat(max(1, PICTURE_HEIGHT // len(level)), axis=0)
