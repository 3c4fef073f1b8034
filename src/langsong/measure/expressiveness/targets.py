"""Where an emotion should move the prosody, against the same speaker's neutral reading."""

from __future__ import annotations

from typing import Literal

Measure = Literal["F0", "range", "rate", "level"]
MEASURES: tuple[Measure, ...] = ("F0", "range", "rate", "level")

TARGETS: dict[str, dict[Measure, int]] = {
    "happy": {"F0": 1, "range": 1, "rate": 1, "level": 1},
    "angry": {"F0": 1, "range": 1, "rate": 1, "level": 1},
    "sad": {"F0": -1, "range": -1, "rate": -1, "level": -1},
    "afraid": {"F0": 1, "range": -1, "rate": 1, "level": -1},
    "disgusted": {"F0": -1, "range": 1, "rate": -1},
    "melancholic": {"F0": -1, "range": -1, "rate": -1, "level": -1},
    "surprised": {"F0": 1, "range": 1, "level": 1},
    "calm": {"F0": -1, "range": -1, "rate": -1, "level": -1},
    "gentle": {"F0": 1, "range": -1, "rate": -1, "level": -1},
}
"""+1 up, -1 down: the signs of the rule-made styles that the embedded voice is trained on (recipes/embedded/corpus).

Where a style moves a measure by less than 5 % or 1 dB, there is no target. They agree with what K. R. Scherer,
"Vocal communication of emotion: a review of research paradigms", Speech Communication 40 (2003), finds for actors, but
for fear's range, on which findings differ.
"""
