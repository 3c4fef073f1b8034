"""Emphasis on words: how it sounds, and which units it is about.

A focused word is longer, louder and moves its F0 farther, and what follows it in the sentence moves less: Y. Xu,
"Effects of tone and focus on the formation and alignment of F0 contours", Journal of Phonetics 27 (1999). Tones stay
what they are, for F0 is scaled about its mean rather than replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from langsong.text.explain import word_places
from langsong.types import Emphasis, Utterance

from .prosody import UnitControls


class _Focus(NamedTuple):
    """Factors on durations and F0 range, semitones, dB, and the factor on the F0 range of what follows."""

    stretch: float
    pitch_range: float
    pitch: float
    energy: float
    after: float


_LEVELS = {
    "strong": _Focus(1.25, 1.3, 1.5, 3.0, 0.8),
    "moderate": _Focus(1.12, 1.15, 0.8, 1.5, 0.9),
    "reduced": _Focus(0.9, 0.85, -0.8, -2.0, 1.0),
}


def emphasis_controls(
    utterance: Utterance, pitch_shift: Callable[[float], float], energy_shift: Callable[[float], float]
) -> UnitControls | None:
    """What an utterance's emphases change; None if it has none.

    Args:
        pitch_shift: semitones to normalised pitch. energy_shift: dB to normalised energy.
    """
    levels = _unit_levels(utterance)
    if not any(levels):
        return None
    stretch, pitch_range, pitch, energy = (np.ones(len(levels), np.float32) * x for x in (1.0, 1.0, 0.0, 0.0))
    after = 1.0
    for index, level in enumerate(levels):
        if level is None:
            pitch_range[index] = after
            continue
        focus = _LEVELS[level]
        stretch[index], pitch_range[index] = focus.stretch, focus.pitch_range
        pitch[index], energy[index] = pitch_shift(focus.pitch), energy_shift(focus.energy)
        after = min(after, focus.after)
    return UnitControls(stretch, pitch_range, pitch, energy)


def _unit_levels(utterance: Utterance) -> list[str | None]:
    """The level of each unit's word."""
    words: dict[int | None, str] = {}
    spans = list(word_places(utterance.normalized, utterance.words))
    for emphasis in utterance.emphases:
        first, last = _read_span(utterance, emphasis)
        for index, (start, end) in enumerate(spans):
            if start < last and first < end:
                words[index] = emphasis.level
    return [words.get(word) if word is not None else None for word in utterance.unit_words]


def _read_span(utterance: Utterance, emphasis: Emphasis) -> tuple[int, int]:
    """Where what is written under an emphasis stands in the normalised text; the whole of what was rewritten."""
    first = last = None
    begin = 0
    for span in utterance.spans:
        end = begin + len(span.read)
        if span.start < emphasis.end and emphasis.start < span.end:
            alike = len(span.read) == len(span.written)
            from_start, from_end = max(emphasis.start - span.start, 0), max(span.end - emphasis.end, 0)
            first = first if first is not None else begin + (from_start if alike else 0)
            last = end - (from_end if alike else 0)
        begin = end
    return first or 0, last or 0
