"""What a request changes in the prosody that the model predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from langsong.types import Float32, Int64


@dataclass(frozen=True)
class UnitControls:
    """Changes unit by unit, on top of those of a whole utterance; all (T,).

    Attributes:
        stretch: factor on durations. pitch_range: factor on the distance of the pitch from the utterance's mean.
        pitch_shift, energy_shift: added to the normalised pitch and energy.
    """

    stretch: Float32
    pitch_range: Float32
    pitch_shift: Float32
    energy_shift: Float32


@dataclass(frozen=True)
class Controls:
    """Changes of one utterance.

    Attributes:
        speed: durations are divided by it before rounding; 1.0 = unchanged.
        pitch_shift: added to the normalised pitch.
        pitch_range: factor on the distance of the pitch from the utterance's mean; 1.0 = unchanged.
        energy_shift: added to the normalised energy.
        last_frames: the last unit gets at most so many frames.
        spoken: (T,), units that count for the mean of the pitch; None = all.
        units: changes of single units.
    """

    speed: float = 1.0
    pitch_shift: float = 0.0
    pitch_range: float = 1.0
    energy_shift: float = 0.0
    last_frames: int | None = None
    spoken: npt.NDArray[np.bool_] | None = None
    units: UnitControls | None = None


class Contours(NamedTuple):
    """An utterance's durations in frames, not yet rounded, its pitch and its energy, normalised; all (T',)."""

    durations: Float32
    pitch: Float32
    energy: Float32


def controlled(predicted: Contours, controls: Controls, origins: Int64) -> Contours:
    """Predicted contours as a request wants them.

    Args:
        predicted: of T' units.
        controls: of T units.
        origins: (T',) which of the T each is, -1 for a filled pause.
    """
    durations = predicted.durations / np.float32(controls.speed)
    pitch, energy = predicted.pitch, predicted.energy
    unit_range: Float32 | float = 1.0
    unit_shift: Float32 | float = 0.0
    if (units := controls.units) is not None:
        durations = durations * _spread(units.stretch, origins, 1.0)
        unit_range = _spread(units.pitch_range, origins, 1.0)
        unit_shift = _spread(units.pitch_shift, origins, 0.0)
        energy = energy + _spread(units.energy_shift, origins, 0.0)
    if controls.pitch_range != 1.0 or controls.units is not None:
        spoken = np.ones(len(pitch)) if controls.spoken is None else _spread(controls.spoken, origins, 1.0)
        weights = spoken * predicted.durations
        mean = np.float32(np.average(pitch, weights=weights)) if weights.sum() > 0 else np.float32(0.0)
        pitch = mean + (pitch - mean) * np.float32(controls.pitch_range) * unit_range + unit_shift
    return Contours(
        durations.astype(np.float32),
        (pitch + np.float32(controls.pitch_shift)).astype(np.float32),
        (energy + np.float32(controls.energy_shift)).astype(np.float32),
    )


def _spread(values: npt.NDArray[np.float32] | npt.NDArray[np.bool_], origins: Int64, otherwise: float) -> Float32:
    """(T,) values for (T',) units."""
    return np.where(origins >= 0, values[np.maximum(origins, 0)], otherwise).astype(np.float32)
