"""What a request feels, as rows of a voice's emotion table.

Whatever says it (a name, a mixture, a description, a recording) ends as one `EmotionSpec`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from langsong.errors import OptionError
from langsong.types import Float32, Notice

from .emotion_names import EIGHT, NEUTRAL, find_emotion
from .mixture import Shares

MOST = 2.0
"""Times as far from neutral as the voice's own emotions: farther than that it was never heard."""

HEARD = "reference"
REFERENCE_NAMES = (HEARD, "参考")
DESCRIPTION_NAMES = ("description", "描述")
"""In a mixture: what the recording, and what the description says."""


@dataclass(frozen=True)
class HeardRow:
    """What a recording feels as a row of its own, beside those of the voice's emotion table.

    Attributes:
        row: emotion_width numbers. category: the voice's emotion that comes nearest. weight: its part in a mixture.
    """

    row: tuple[float, ...]
    category: str
    weight: float = 1.0


@dataclass(frozen=True)
class EmotionSpec:
    """Emotions of one voice's table by weight, the heaviest first; what they lack to 1 is neutral.

    A sum above 1 is stronger than the voice's own. Neutral itself is never among them.
    """

    weights: Shares = ()
    heard: HeardRow | None = None

    @property
    def category(self) -> str:
        """The heaviest, for what can have one only."""
        heaviest = self.weights[0] if self.weights else (NEUTRAL, 0.0)
        return self.heard.category if self.heard and self.heard.weight > heaviest[1] else heaviest[0]

    def row(self, table: Float32, names: Sequence[str], intensity: float) -> Float32:
        """The emotion as the model reads it: neutral + intensity * sum of weight * (row - neutral).

        Args:
            table: (emotions, emotion_width), of which the rows' names are in `names`, with ``emotion_``.
            intensity: 0 = neutral; intensity times the sum of weights counts as `MOST` at most.

        Returns:
            (emotion_width,)
        """
        neutral = table[names.index(f"emotion_{NEUTRAL}")]
        rows = [(weight, table[names.index(f"emotion_{name}")]) for name, weight in self.weights]
        if self.heard:
            rows.append((self.heard.weight, np.array(self.heard.row, np.float32)))
        total = sum(weight for weight, _ in rows)
        factor = min(intensity, MOST / total) if total > 0 else 0.0
        felt: Float32 = neutral.copy()
        for weight, row in rows:
            felt += np.float32(factor * weight) * (row - neutral)
        return felt


def emotion_spec(
    weights: Mapping[str, float], available: Collection[str], voice: str, heard: HeardRow | None = None
) -> tuple[EmotionSpec, list[Notice]]:
    """Emotions under any known names as those that a voice has.

    Args:
        weights: at least 0.
        available: the voice's emotions.
        voice: its name, for messages.
        heard: what the name `HEARD` stands for.

    Returns:
        The spec, and a notice for each emotion that the voice lacks, of which the nearest is taken.

    Raises:
        OptionError: a name that is unknown.
    """
    own: dict[str, float] = {}
    notices = []
    for name, weight in weights.items():
        if name == HEARD:
            continue
        found = find_emotion(name, available)
        if found is None:
            raise OptionError(
                f"the voice {voice} has no emotion {name!r}; it has {', '.join(available)}, and the nearest of "
                f"these is taken for {', '.join(e for e in EIGHT if e not in available)}"
            )
        if not found.exact and weight:
            text = f"the voice {voice} has no emotion {name!r}: {found.name} is taken, which comes nearest"
            notices.append(Notice("emotion-substituted", text))
        if found.name != NEUTRAL and weight:
            own[found.name] = own.get(found.name, 0.0) + weight
    row = replace(heard, weight=weights[HEARD]) if heard and weights.get(HEARD) else None
    return EmotionSpec(tuple(sorted(own.items(), key=lambda item: -item[1])), row), notices


def capped(weights: Mapping[str, float], most: float = 1.0) -> dict[str, float]:
    """The same weights, scaled down if their sum, without neutral's, is above `most`."""
    total = sum(weight for name, weight in weights.items() if name != NEUTRAL)
    scale = min(1.0, most / total) if total else 1.0
    return {name: weight * scale for name, weight in weights.items()}


def combined(
    named: Mapping[str, float] | None, described: Mapping[str, float] | None, heard: Mapping[str, float] | None
) -> dict[str, float] | None:
    """The weights of everything that says what is felt; None where nothing does.

    Those that are given count equally, unless `named` says how much: ``happy:0.4+reference:0.6``.

    Args:
        named: by a name or a mixture, its sum capped at 1; may have one of `REFERENCE_NAMES` and of
            `DESCRIPTION_NAMES`.
        described: by a description. heard: by a recording: a posterior, or all of it `HEARD`.

    Raises:
        OptionError: `named` speaks of a recording or a description that is not there.
    """
    mixture: dict[str, float] = {}
    used = set()
    for name, share in capped(named or {}).items():
        if name in REFERENCE_NAMES:
            used.add("heard")
            _add(mixture, share, _given(heard, name, "reference_audio"))
        elif name in DESCRIPTION_NAMES:
            used.add("described")
            _add(mixture, share, _given(described, name, "emotion_text"))
        else:
            _add(mixture, 1.0, {name: share})
    others = [weights for key, weights in (("described", described), ("heard", heard)) if key not in used]
    parts = [part for part in (mixture if named else None, *others) if part is not None]
    result: dict[str, float] = {}
    for part in parts:
        _add(result, 1.0 / len(parts), part)
    return result if parts else None


def _given(weights: Mapping[str, float] | None, name: str, option: str) -> Mapping[str, float]:
    if weights is None:
        raise OptionError(f"the emotion has the part {name!r}: give {option}, too")
    return weights


def _add(total: dict[str, float], share: float, weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        total[name] = total.get(name, 0.0) + share * weight
