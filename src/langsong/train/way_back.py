"""How far a fine-tuned voice goes back to its base: as far as it goes on to sound like the speaker.

Weights between those of the base and the tuned ones keep most of what was learnt and lose less of what was known
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Likeness is had at once and pronunciation is lost
slowly, so the best place between them differs from speaker to speaker; it is found by listening.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.measure.quality.similarity import SpeakerEncoder
from langsong.types import Float32

SHARES = (0.5, 0.4, 0.3, 0.25, 0.2, 0.16, 0.12, 0.1, 0.08, 0.04)
"""Of the way, that are tried."""

_STRANGERS = 0.7
"""Likeness (cosine) of different people."""
_ALLOWED_LOSS = 1 / 7
"""Of what likeness is above that."""


@dataclass(frozen=True)
class Listener:
    """Tells how like a speaker a voice is.

    Attributes:
        encoder: of voices.
        target: (256,) vector of the speaker.
        texts: that voices say.
        speaker: as whom.
    """

    encoder: SpeakerEncoder
    target: Float32
    texts: Sequence[str]
    speaker: str

    def likeness(self, voice: Voice) -> float:
        """Mean cosine of what the voice says and the speaker."""
        synthesizer = Synthesizer.open(voice, cache_bytes=0)
        said = [synthesizer.say(text, speaker=self.speaker) for text in self.texts]
        return float(np.mean([self.encoder.embed(audio.samples, audio.sample_rate) @ self.target for audio in said]))


def blend(model: nn.Module, before: nn.Module, share: float) -> None:
    """Move every weight of `model` but the rows of speakers by `share` towards that of `before`."""
    earlier = before.state_dict()
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if not name.startswith("speaker_embed."):
                tensor.lerp_(earlier[name], share)


def furthest_share(bundled: Callable[[float, Path], Voice], listener: Listener, folder: Path) -> float:
    """The largest of `SHARES` that costs no more likeness than is allowed; 0 if each does.

    Likeness falls with the share, so half of those that are left are ruled out each time.

    Args:
        bundled: makes the voice with a share of the way back, in a folder.
        folder: for these voices; must not exist.
    """
    full = listener.likeness(bundled(0.0, folder / "0"))
    least = full - _ALLOWED_LOSS * max(0.0, full - _STRANGERS)
    good, bad = len(SHARES), -1
    while good - bad > 1:
        middle = (good + bad) // 2
        if listener.likeness(bundled(SHARES[middle], folder / str(SHARES[middle]))) >= least:
            good = middle
        else:
            bad = middle
    return SHARES[good] if good < len(SHARES) else 0.0
