"""What finds durations in recordings: learnt from a voice's own speech, or beside a model in a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from langsong.acoustic.alignment import (
    Alignment,
    AlignmentEncoder,
    binarization_loss,
    hard_alignment,
    monotonic_durations,
)
from langsong.acoustic.encoder import TextEncoder
from langsong.acoustic.sambert import SamBert
from langsong.bundle.models import load_models
from langsong.bundle.voice import Voice
from langsong.errors import RecipeError

from .corpus_format import Corpus
from .dataset import AcousticBatch, AcousticData
from .identity import VoiceIdentity, read_identity
from .order import Position, batches_from
from .recipe import Learning
from .sambert import SambertNetwork
from .schedule import rate_at
from .starting import averaged_weights

STEPS, BATCH = 250, 16
_LEARNING = Learning(rate=2e-3, warmup=20, decay="cosine", floor=0.01)


class Found(NamedTuple):
    """Durations of a batch.

    Attributes:
        durations: (B, T) int64, frames.
        confidence: (B,), geometric mean of the probabilities along the path, up to 1.
    """

    durations: Tensor
    confidence: Tensor


class Aligner(Protocol):
    """Finds the best monotonic path through a batch without durations."""

    @property
    def identity(self) -> VoiceIdentity:
        """Of the voice whose units it knows."""

    def find(self, batch: AcousticBatch) -> Found: ...


class RunAligner:
    """What a run learnt that was told ``durations: learn``.

    Raises:
        RecipeError: it is another run.
    """

    def __init__(self, run: Path) -> None:
        self.identity = read_identity(run)
        weights = averaged_weights(run, "model") if self.identity.acoustic is not None else {}
        if self.identity.acoustic is None or not any(name.startswith("aligner.") for name in weights):
            raise RecipeError(f"{run} has learnt no alignment: train it with 'durations: learn'")
        model = SamBert(self.identity.acoustic)
        self._network = SambertNetwork(
            model, AlignmentEncoder(self.identity.acoustic.embedding, self.identity.audio.n_mels)
        )
        self._network.load_state_dict(weights)
        self._network.eval()

    def find(self, batch: AcousticBatch) -> Found:
        with torch.inference_mode():
            alignment, durations = self._network.align(batch)
            return Found(durations, _confidence(alignment, durations, batch.frame_lengths))


class VoiceAligner:
    """Learns from a voice's own speech, whose durations are known, to align other people's.

    Units are known by the voice's embeddings. Frames are normalised utterance by utterance, bin by bin, so that
    speaker and microphone count for little.

    Args:
        identity: of the voice, knowing the speakers of the corpora to come.
    """

    def __init__(self, voice: Voice, identity: VoiceIdentity) -> None:
        self.identity = identity
        acoustic, _ = load_models(voice)
        self._encoder: TextEncoder = acoustic.encoder.requires_grad_(False)
        torch.manual_seed(0)
        self._aligner = AlignmentEncoder(voice.manifest.acoustic.embedding, identity.audio.n_mels)

    def learn(
        self, spoken: Corpus, *, steps: int = STEPS, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Learn from a corpus with durations."""
        data = aligned_data(spoken, self.identity)
        known = [np.asarray(u.durations, np.int64) for u in data.utterances]
        optimizer = torch.optim.AdamW(self._aligner.parameters(), betas=_LEARNING.betas)
        self._aligner.train()
        batches = batches_from(Position(), data.lengths, BATCH, seed=0)
        for step, (_, indices) in zip(range(1, steps + 1), batches, strict=False):
            batch = data.batch(indices)
            durations = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(known[i]) for i in indices], batch_first=True)
            loss = binarization_loss(self._align(batch), hard_alignment(durations, batch.mel.shape[1]))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._aligner.parameters(), _LEARNING.clip or float("inf"))
            for group in optimizer.param_groups:
                group["lr"] = rate_at(_LEARNING, step, steps)
            optimizer.step()
            progress(step, steps)
        self._aligner.eval()

    def find(self, batch: AcousticBatch) -> Found:
        with torch.inference_mode():
            alignment = self._align(batch)
            scores = alignment.soft.clamp_min(1e-30).log().numpy()
            durations = torch.from_numpy(
                monotonic_durations(scores, batch.unit_lengths.numpy(), batch.frame_lengths.numpy())
            )
            return Found(durations, _confidence(alignment, durations, batch.frame_lengths))

    def _align(self, batch: AcousticBatch) -> Alignment:
        assert batch.prior is not None
        mel = standardized(batch.mel[:, :, : self._aligner.n_mels], batch.frame_lengths)
        alignment: Alignment = self._aligner(self._encoder.embed_units(batch.ids), mel, batch.prior, batch.unit_lengths)
        return alignment


def aligned_data(corpus: Corpus, identity: VoiceIdentity) -> AcousticData:
    """All utterances of a corpus, whose durations are to be found."""
    steps = identity.acoustic.frames_per_step if identity.acoustic is not None else 1
    return AcousticData(corpus, (*corpus.train, *corpus.valid), identity, frames_per_step=steps, learn_durations=True)


def standardized(mel: Tensor, lengths: Tensor) -> Tensor:
    """(B, L, n_mels) with each bin of each item at mean 0 and standard deviation 1 over its (B,) lengths of frames."""
    valid = (torch.arange(mel.shape[1])[None] < lengths[:, None])[:, :, None]
    count = lengths[:, None, None]
    mean = (mel * valid).sum(1, keepdim=True) / count
    variance = ((mel - mean).square() * valid).sum(1, keepdim=True) / count
    return (mel - mean) / (variance.sqrt() + 0.1) * valid


def _confidence(alignment: Alignment, durations: Tensor, lengths: Tensor) -> Tensor:
    hard = hard_alignment(durations, alignment.soft.shape[1])
    along = (alignment.soft.clamp_min(1e-12).log() * hard).sum((1, 2))
    return (along / lengths).exp()
