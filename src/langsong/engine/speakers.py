"""Who speaks: one of a voice's speakers, or a mixture of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from langsong.errors import OptionError
from langsong.types import Float32

from .mixture import Shares, parse_shares


@dataclass(frozen=True)
class SpeakerMix:
    """Speakers of one voice by shares that add up to 1, the largest first."""

    shares: Shares

    @property
    def main(self) -> str:
        """The one with the largest share, for what can have one only."""
        return self.shares[0][0]

    def row(self, table: Float32, names: Sequence[str]) -> Float32:
        """The mixture as the model reads it, (speaker_width,), from the rows of (speakers, speaker_width)."""
        row = np.zeros(table.shape[1], np.float32)
        for name, share in self.shares:
            row += np.float32(share) * table[names.index(name)]
        return row


def speaker_mix(text: str, available: Sequence[str], voice: str) -> SpeakerMix:
    """A speaker, or a mixture such as ``a:0.7+b:0.3``; shares are scaled to add up to 1.

    Raises:
        OptionError: the voice has not got one of them.
    """
    shares = ((text, 1.0),) if text in available else parse_shares(text)
    for name, _ in shares:
        if name not in available:
            raise OptionError(f"the voice {voice} has no speaker {name!r}; it has {', '.join(available)}")
    total = sum(share for _, share in shares)
    kept = [(name, share / total) for name, share in shares if share]
    return SpeakerMix(tuple(sorted(kept, key=lambda item: -item[1])))
