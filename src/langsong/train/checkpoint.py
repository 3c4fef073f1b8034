"""A run's state on disk: written whole or not at all, read without running code."""

from __future__ import annotations

import os
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from langsong.errors import TrainingError

from .order import Position

LAST, BEST = "last.pt", "best.pt"
FORMAT = 1

Moments = dict[str, dict[str, Tensor]]
"""Adam's state of each weight by the weight's name, as torch keeps it: step, exp_avg, exp_avg_sq."""


@dataclass
class RunState:
    """All that a run needs to go on as if it had not stopped.

    Attributes:
        step: how many are done.
        position: the next batch.
        networks, optimizers, scalers: state dicts by the network's name.
        averages: the running averages of each network's weights, by its parameters' names; empty without them.
        best: the lowest held-out loss so far.
        moments: with which a run begins that is initialised from here; by the network's name.
    """

    step: int = 0
    position: Position = field(default_factory=Position)
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    optimizers: dict[str, dict[str, Any]] = field(default_factory=dict)
    scalers: dict[str, dict[str, Any]] = field(default_factory=dict)
    averages: dict[str, dict[str, Tensor]] = field(default_factory=dict)
    best: float = float("inf")
    moments: dict[str, Moments] = field(default_factory=dict)


def save(state: RunState, path: Path) -> None:
    """Write a checkpoint beside its place and rename it, so that whatever happens a whole one is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            torch.save({"format": FORMAT, **vars(state), "position": asdict(state.position)}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: Path) -> RunState:
    """Read a checkpoint.

    Raises:
        TrainingError: it is missing, damaged, or of another version.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content.pop("format") != FORMAT:
            raise TrainingError(f"{path} was written by another version of langsong")
        content["position"] = Position(**content["position"])
        return RunState(**content)
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, AttributeError, pickle.UnpicklingError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(f"{path} is missing or damaged ({reason})") from None
