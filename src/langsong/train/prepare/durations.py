"""Durations of units: from seconds to frames, and from labelled phones to units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from langsong.types import Unit

from .clips import BadClip
from .intervals import Interval

SILENCES = frozenset({"", "sil", "sp", "spn", "pau", "<eps>", "#0", "#1", "#2", "#3", "#4"})
"""Labels of stretches without a phone."""

_GLOTTAL = frozenset({"ga", "ge", "go"})
"""Onsets of syllables that begin with a vowel; aligners do not know them and they last no time."""


def frames_of(durations_s: Sequence[float], frame_rate: float, frames: int) -> tuple[int, ...]:
    """Seconds as frames.

    The boundaries are rounded, not the durations, so that errors do not add up; the last unit that lasts at all ends
    with the clip.

    Args:
        durations_s: of each unit, from the clip's beginning.
        frame_rate: frames per second.
        frames: of the clip.
    """
    ends = np.cumsum(durations_s)
    bounds = np.rint(ends * frame_rate).astype(np.int64)
    bounds[ends >= ends[-1]] = frames
    bounds = np.minimum.accumulate(np.minimum(bounds, frames)[::-1])[::-1]
    return tuple(int(n) for n in np.diff(bounds, prepend=0))


def unit_seconds(
    intervals: Sequence[Interval], units: Sequence[Unit], start_s: float, end_s: float
) -> tuple[float, ...]:
    """Seconds of each unit between two moments of a labelled recording.

    Phones are told apart by their order, since aligners name them in their own ways. A pause belongs to the break at
    its place; one where no break is belongs to the phone before it. What lies before the first phone belongs to it,
    what lies after the last to the break at the end.

    Args:
        intervals: phones and silences, in order.
        units: of the clip.
        start_s, end_s: what of the recording is kept.

    Raises:
        BadClip: there are not as many phones as the units have.
    """
    sounding = [i for i in intervals if i.label.lower() not in SILENCES]
    lasting = [index for index, unit in enumerate(units) if not unit.is_break and unit.phone not in _GLOTTAL]
    voiced = [index for index, unit in enumerate(units) if not unit.is_break]
    owners = voiced if len(sounding) == len(voiced) else lasting
    if len(sounding) != len(owners):
        raise BadClip(f"its labels have {len(sounding)} phones, its text has {len(voiced)}")
    ends = np.full(len(units), np.nan)
    ends[-1] = end_s
    for number, (index, interval) in enumerate(zip(owners, sounding, strict=True)):
        following = sounding[number + 1].start_s if number + 1 < len(sounding) else end_s
        paused = index + 1 < len(units) and units[index + 1].is_break
        ends[index] = interval.end_s if paused else following
        if paused:
            ends[index + 1] = following
    known = start_s
    for index in range(len(units)):  # units that last no time end where the one before them does
        known = ends[index] = min(max(known if np.isnan(ends[index]) else ends[index], known), end_s)
    return tuple(float(s) for s in np.diff(ends, prepend=start_s))
