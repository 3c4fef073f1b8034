"""What finds durations in recordings: models of phones learnt from a voice's own speech, or what a run learnt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from langsong.acoustic.alignment import Alignment, AlignmentEncoder, hard_alignment
from langsong.acoustic.sambert import SamBert
from langsong.errors import RecipeError

from .corpus_format import Corpus, Utterance
from .dataset import AcousticData
from .identity import read_identity
from .phone_models import PhoneModels, items_of, label_lag
from .sambert import SambertNetwork
from .starting import averaged_weights

_BATCH = 16


class Found(NamedTuple):
    """An utterance's durations in frames, and how well they fit: the mean log-likelihood of a frame."""

    durations: tuple[int, ...]
    fit: float


class Aligner(Protocol):
    """Finds the best monotonic path through utterances."""

    def find(self, corpus: Corpus, utterances: Sequence[Utterance]) -> list[Found]: ...


class SpeechAligner:
    """Models of phones that were learnt from a corpus with durations, such as a voice's own speech.

    Attributes:
        lag: frames by which sound is ahead of its labels there, and will be in what is found.
    """

    def __init__(self, spoken: Corpus) -> None:
        items = items_of(spoken, [u for u in (*spoken.train, *spoken.valid) if u.durations is not None])
        self.lag = label_lag(items, spoken.description.audio.frame_rate)
        self._models = PhoneModels(items, self.lag)

    def find(self, corpus: Corpus, utterances: Sequence[Utterance]) -> list[Found]:
        found = self._models.find(items_of(corpus, utterances))
        return [Found(tuple(durations.tolist()), fit) for durations, fit in found]


class RunAligner:
    """What a run learnt that was told ``durations: learn``.

    Raises:
        RecipeError: it is another run.
    """

    def __init__(self, run: Path) -> None:
        self._identity = read_identity(run)
        acoustic = self._identity.acoustic
        weights = averaged_weights(run, "model") if acoustic is not None else {}
        if acoustic is None or not any(name.startswith("aligner.") for name in weights):
            raise RecipeError(f"{run} has learnt no alignment: train it with 'durations: learn'")
        self._steps = acoustic.frames_per_step
        aligner = AlignmentEncoder(acoustic.embedding, self._identity.audio.n_mels)
        self._network = SambertNetwork(SamBert(acoustic), aligner)
        self._network.load_state_dict(weights)
        self._network.eval()

    def find(self, corpus: Corpus, utterances: Sequence[Utterance]) -> list[Found]:
        data = AcousticData(corpus, utterances, self._identity, frames_per_step=self._steps, learn_durations=True)
        found: list[Found] = []
        for start in range(0, len(utterances), _BATCH):
            part = utterances[start : start + _BATCH]
            batch = data.batch(range(start, start + len(part)))
            with torch.inference_mode():
                alignment, durations = self._network.align(batch)
            fits = _fit(alignment, durations, batch.frame_lengths).tolist()
            for row, utterance, fit in zip(durations.tolist(), part, fits, strict=True):
                found.append(Found(tuple(row[: utterance.unit_count]), fit))
        return found


def _fit(alignment: Alignment, durations: Tensor, lengths: Tensor) -> Tensor:
    """(B,)"""
    hard = hard_alignment(durations, alignment.soft.shape[1])
    return (alignment.soft.clamp_min(1e-12).log() * hard).sum((1, 2)) / lengths
