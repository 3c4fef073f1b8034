"""Training HiFi-GAN generators, against recordings or against a larger generator (specification 2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from langsong.errors import RecipeError
from langsong.vocoder.discriminators import Discriminators
from langsong.vocoder.generator import Generator

from .corpus_format import Corpus, Utterance
from .identity import VoiceIdentity
from .losses import adversarial_loss, discriminator_loss, feature_matching_loss
from .recipe import HifiganRecipe, Learning
from .records import Exhibit, Heatmap, Sound
from .spectral import MelLoss, SpectralLoss
from .starting import normalized
from .task import Phase

GENERATOR, JUDGES = "generator", "discriminators"
SHOWN_S = 5.0
"""Seconds of the exhibited utterance."""


class VocoderBatch(NamedTuple):
    """Stretches of utterances.

    Attributes:
        mel: (B, n_mels, L), as the vocoder takes it. audio: (B, 1, L * hop_length).
    """

    mel: Tensor
    audio: Tensor

    def to(self, device: torch.device) -> VocoderBatch:
        return VocoderBatch(*(x.to(device, non_blocking=True) for x in self))


class VocoderData:
    """Utterances of a corpus, cut to stretches of `frames`; short ones get zeros behind them."""

    def __init__(self, corpus: Corpus, utterances: Sequence[Utterance], identity: VoiceIdentity, frames: int) -> None:
        self.corpus, self.utterances, self.frames = corpus, tuple(utterances), frames
        self.normalises = identity.mel_recipe == "kantts"
        self.mean, self.std = (np.asarray(x, np.float32) for x in (identity.mel.mean, identity.mel.std))
        self.hop = identity.audio.hop_length
        self.lengths = [u.frames for u in self.utterances]

    def batch(self, indices: Sequence[int], seed: Sequence[int] | None) -> VocoderBatch:
        """A stretch of each utterance: by chance from `seed`, or from the middle."""
        rng = None if seed is None else np.random.default_rng(tuple(seed))
        mels, audios = [], []
        for index in indices:
            room = max(0, self.lengths[index] - self.frames)
            start = room // 2 if rng is None else int(rng.integers(room + 1))
            mel, audio = self.stretch(index, start, self.frames)
            mels.append(mel)
            audios.append(audio)
        return VocoderBatch(torch.stack(mels).transpose(1, 2).contiguous(), torch.stack(audios)[:, None])

    def stretch(self, index: int, start: int, frames: int) -> tuple[Tensor, Tensor]:
        """mel (frames, n_mels) and audio (frames * hop,) from a frame on."""
        features = self.corpus.features(self.utterances[index])
        mel = features.mel[start : start + frames]
        if self.normalises:
            mel = (mel - self.mean) / self.std
        audio = features.audio[start * self.hop : (start + frames) * self.hop].astype(np.float32) / 32768
        missing = frames - len(mel)
        silence = mel.min(axis=0, keepdims=True)
        return (
            torch.from_numpy(np.concatenate([mel, silence.repeat(missing, axis=0)]).astype(np.float32)),
            torch.from_numpy(np.pad(audio, (0, missing * self.hop))),
        )


class HifiganTask:
    """See `Task`.

    Args:
        identity: of the voice, with the generator's configuration.
        weights: of a plain generator, to start from; empty = at random.
        teacher: says what a stretch shall sound like.

    Raises:
        RecipeError: the teacher takes another mel, or the generator has a source.
    """

    averaged: tuple[str, ...] = (GENERATOR,)

    def __init__(
        self,
        recipe: HifiganRecipe,
        corpus: Corpus,
        identity: VoiceIdentity,
        weights: Mapping[str, Tensor],
        teacher: Generator | None,
    ) -> None:
        assert identity.generator is not None
        hop = identity.audio.hop_length
        if identity.generator.source is not None:
            raise RecipeError("generators with a harmonic source cannot be trained yet: choose another to start from")
        if teacher is not None and (teacher.config.in_channels, teacher.config.hop_length) != (
            identity.generator.in_channels,
            hop,
        ):
            raise RecipeError("the teacher's frames are not the corpus's: choose a vocoder of the same mel and hop")
        self.recipe, self.identity = recipe, identity
        torch.manual_seed(recipe.loop.seed)
        generator = Generator(identity.generator)
        if weights:
            generator.load_state_dict(dict(weights))
        self.generator = normalized(generator)
        self.teacher = None if teacher is None else teacher.requires_grad_(False)
        self.networks: dict[str, nn.Module] = {GENERATOR: self.generator}
        self.learning: dict[str, Learning] = {GENERATOR: recipe.learning}
        if recipe.scale or recipe.period:
            self.judges = Discriminators(recipe.scale, recipe.period)
            self.networks[JUDGES], self.learning[JUDGES] = self.judges, recipe.discriminator_learning
        self.mel_loss = MelLoss(identity.audio, identity.mel_recipe)
        self.spectral_loss = SpectralLoss(recipe.resolutions)
        frames = max(1, round(recipe.samples / hop))
        self.train, self.valid = (VocoderData(corpus, u, identity, frames) for u in (corpus.train, corpus.valid))
        self.train_lengths, self.valid_lengths = self.train.lengths, self.valid.lengths

    def train_batch(self, indices: Sequence[int], seed: Sequence[int]) -> VocoderBatch:
        return self.train.batch(indices, seed)

    def valid_batch(self, indices: Sequence[int]) -> VocoderBatch:
        return self.valid.batch(indices, None)

    def phases(self, batch: VocoderBatch, step: int) -> Iterator[Phase]:
        weights = self.recipe.weights
        real = self._target(batch)
        fake = self.generator(batch.mel)
        parts = self._distances(fake, real)
        judged: Tensor | None = None
        if step >= self.recipe.adversarial_start and (weights.adversarial or weights.features):
            of_real, of_fake = self.judges(real), self.judges(fake)
            parts["adversarial"] = weights.adversarial * adversarial_loss(of_fake.scores)
            parts["features"] = weights.features * feature_matching_loss(of_real.features, of_fake.features)
            judged = discriminator_loss(of_real.scores, of_fake.scores)
        loss = torch.stack(list(parts.values())).sum()
        yield Phase(GENERATOR, loss, {"loss": loss, **parts}, shared=judged is not None)
        if judged is not None:
            yield Phase(JUDGES, judged, {"discriminator": judged})

    def _target(self, batch: VocoderBatch) -> Tensor:
        """(B, 1, N), what the generator shall make of the batch."""
        if self.teacher is None:
            return batch.audio
        with torch.no_grad():
            target: Tensor = self.teacher.to(batch.mel.device)(batch.mel)
        return target.float()

    def _distances(self, fake: Tensor, real: Tensor) -> dict[str, Tensor]:
        weights = self.recipe.weights
        parts = {}
        for name, weight, loss in (
            ("mel", weights.mel, self.mel_loss),
            ("spectral", weights.spectral, self.spectral_loss),
        ):
            if weight:
                parts[name] = weight * loss.to(fake.device)(fake, real)
        return parts

    def validate(self, batch: VocoderBatch) -> Mapping[str, Tensor]:
        """Against the recordings, whoever the teacher is: mel distance, unweighted."""
        fake = self.generator(batch.mel)
        return {
            "loss": self.mel_loss.to(fake.device)(fake, batch.audio),
            "spectral": self.spectral_loss.to(fake.device)(fake, batch.audio),
        }

    def exhibits(self) -> Mapping[str, Exhibit]:
        """The first held-out utterance, as recorded and as generated."""
        rate, hop = self.identity.audio.sample_rate, self.identity.audio.hop_length
        frames = min(self.valid.lengths[0], int(SHOWN_S * rate / hop))
        mel, audio = self.valid.stretch(0, 0, frames)
        spoken = self.generator(mel.T[None].to(next(self.generator.parameters()).device))[0].float()
        return {
            "recorded": Heatmap(self.mel_loss.cpu().mel(audio[None])[0].numpy()),
            "generated": Heatmap(self.mel_loss.cpu().mel(spoken.cpu())[0].numpy()),
            "sound/recorded": Sound(audio.numpy(), rate),
            "sound/generated": Sound(spoken[0].cpu().numpy(), rate),
        }
