"""Training vocoders, against recordings or against a larger one (specification 2.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from langsong.audio.pitch import fill_unvoiced
from langsong.errors import RecipeError
from langsong.vocoder.build import build_vocoder
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.discriminators import Discriminators
from langsong.vocoder.generator import Generator
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig
from langsong.vocoder.source import PulseSource

from .corpus_format import Corpus, Utterance
from .identity import VoiceIdentity
from .losses import adversarial_loss, discriminator_loss, feature_matching_loss
from .predicted_mels import read_predicted
from .recipe import HarmonicNoiseRecipe, Learning, VocoderRecipe
from .records import Exhibit, Heatmap, Sound
from .spectral import MelLoss, PeriodicityLoss, SpectralLoss
from .starting import VOCODER, normalized
from .task import Phase

JUDGES = "discriminators"
SHOWN_S = 5.0
"""Seconds of the exhibited utterance."""
_UNVOICED_WEIGHT = 0.05
_USUAL_F0_HZ = 150.0


def predicted_folder(recipe: HarmonicNoiseRecipe) -> Path:
    """Where a run keeps mels as an acoustic model predicts them."""
    return recipe.output / "predicted"


class VocoderBatch(NamedTuple):
    """Stretches of utterances.

    Attributes:
        mel: (B, n_mels, L), as the vocoder takes it. audio: (B, 1, L * hop_length).
        source: (B, channels, L * hop_length), for vocoders that take one.
        log_f0, voiced: (B, L), F0 as measured, interpolated between voiced frames, which `voiced` has as 1.
    """

    mel: Tensor
    audio: Tensor
    source: Tensor
    log_f0: Tensor
    voiced: Tensor

    def to(self, device: torch.device) -> VocoderBatch:
        return VocoderBatch(*(x.to(device, non_blocking=True) for x in self))


class VocoderData:
    """Utterances of a corpus, cut to stretches of `frames`; short ones get zeros behind them.

    Args:
        pulses: whether the vocoder takes pulses and noise.
        predicted: folder of predicted mels, taken for half of the stretches by chance, and for all that are not by
            chance; None = those that were measured.
    """

    def __init__(
        self,
        corpus: Corpus,
        utterances: Sequence[Utterance],
        identity: VoiceIdentity,
        frames: int,
        *,
        pulses: bool,
        predicted: Path | None = None,
    ) -> None:
        self.corpus, self.utterances, self.frames = corpus, tuple(utterances), frames
        self.pulses, self.predicted = pulses, predicted
        self.normalises = identity.mel_recipe == "kantts"
        self.mean, self.std = (np.asarray(x, np.float32) for x in (identity.mel.mean, identity.mel.std))
        self.hop, self.sample_rate = identity.audio.hop_length, identity.audio.sample_rate
        self.lengths = [u.frames for u in self.utterances]

    def batch(self, indices: Sequence[int], seed: Sequence[int] | None) -> VocoderBatch:
        """A stretch of each utterance: by chance from `seed`, or from the middle."""
        rng = np.random.default_rng(tuple(indices) if seed is None else tuple(seed))
        stretches = []
        for index in indices:
            room = max(0, self.lengths[index] - self.frames)
            start = room // 2 if seed is None else int(rng.integers(room + 1))
            measured = seed is not None and bool(rng.random() < 0.5)
            stretches.append(self.stretch(index, start, self.frames, rng, measured=measured))
        return VocoderBatch(*(torch.stack(parts) for parts in zip(*stretches, strict=True)))

    def stretch(
        self, index: int, start: int, frames: int, rng: np.random.Generator, *, measured: bool = False
    ) -> VocoderBatch:
        """One item of a batch, without its dimension, from a frame on; `rng` is for the excitation."""
        features = self.corpus.features(self.utterances[index])
        whole = features.mel
        if self.predicted is not None and not measured:
            whole = read_predicted(self.predicted, self.utterances[index])
        mel = whole[start : start + frames]
        if self.normalises:
            mel = (mel - self.mean) / self.std
        audio = features.audio[start * self.hop : (start + frames) * self.hop].astype(np.float32) / 32768
        missing = frames - len(mel)
        mel = np.concatenate([mel, mel.min(axis=0, keepdims=True).repeat(missing, axis=0)]).astype(np.float32)
        source, log_f0 = np.zeros((0, frames * self.hop), np.float32), np.zeros(frames, np.float32)
        if self.pulses:
            f0 = fill_unvoiced(features.pitch)
            f0 = np.where(f0 > 0, f0, _USUAL_F0_HZ).astype(np.float32)  # an utterance without voice
            around = f0[np.clip(np.arange(start - 1, start + frames + 1), 0, len(f0) - 1)]
            seed, cycles = int(rng.integers(1 << 31)), float(rng.random())
            source = PulseSource(self.sample_rate, self.hop, seed, cycles).advance(around)
            log_f0 = np.log(around[1:-1])
        voiced = np.pad((features.pitch[start : start + frames] > 0).astype(np.float32), (0, missing))
        padded = np.pad(audio, (0, missing * self.hop))[None]
        return VocoderBatch(*map(torch.from_numpy, (np.ascontiguousarray(mel.T), padded, source, log_f0, voiced)))


class VocoderTask:
    """See `Task`.

    Args:
        identity: of the voice, with the vocoder's configuration.
        weights: of a plain vocoder, to start from; empty = at random.
        teacher: says what a stretch shall sound like.

    Raises:
        RecipeError: the teacher takes another mel, or the vocoder is a generator with a source.
    """

    averaged: tuple[str, ...] = (VOCODER,)
    judged_by = "loss"

    def __init__(
        self,
        recipe: VocoderRecipe,
        corpus: Corpus,
        identity: VoiceIdentity,
        weights: Mapping[str, Tensor],
        teacher: Generator | None,
    ) -> None:
        config, hop = identity.generator, identity.audio.hop_length
        assert config is not None
        if isinstance(config, GeneratorConfig) and config.source is not None:
            raise RecipeError("generators with a harmonic source cannot be trained yet: choose another to start from")
        if teacher is not None and (teacher.config.in_channels, teacher.config.hop_length) != (config.in_channels, hop):
            raise RecipeError("the teacher's frames are not the corpus's: choose a vocoder of the same mel and hop")
        self.recipe, self.identity = recipe, identity
        torch.manual_seed(recipe.loop.seed)
        vocoder = build_vocoder(config)
        if weights:
            vocoder.load_state_dict(dict(weights))
        self.vocoder = normalized(vocoder) if isinstance(vocoder, Generator) else vocoder
        self.teacher = None if teacher is None else teacher.requires_grad_(False)
        self.networks: dict[str, nn.Module] = {VOCODER: self.vocoder}
        self.learning: dict[str, Learning] = {VOCODER: recipe.learning}
        if recipe.scale or recipe.period:
            self.judges = Discriminators(recipe.scale, recipe.period)
            self.networks[JUDGES], self.learning[JUDGES] = self.judges, recipe.discriminator_learning
        self.mel_loss = MelLoss(identity.audio, identity.mel_recipe)
        self.spectral_loss = SpectralLoss(recipe.resolutions)
        self.periodicity_loss = PeriodicityLoss(identity.audio.sample_rate)
        frames = max(1, round(recipe.samples / hop))
        pulses = isinstance(config, HarmonicNoiseConfig)
        predicted = predicted_folder(recipe) if isinstance(recipe, HarmonicNoiseRecipe) and recipe.acoustic else None
        self.train, self.valid = (
            VocoderData(corpus, utterances, identity, frames, pulses=pulses, predicted=predicted)
            for utterances in (corpus.train, corpus.valid)
        )
        self.train_lengths, self.valid_lengths = self.train.lengths, self.valid.lengths

    def train_batch(self, indices: Sequence[int], seed: Sequence[int]) -> VocoderBatch:
        return self.train.batch(indices, seed)

    def valid_batch(self, indices: Sequence[int]) -> VocoderBatch:
        return self.valid.batch(indices, None)

    def _speak(self, batch: VocoderBatch) -> Tensor:
        """(B, 1, N)."""
        inputs = (batch.mel, batch.source) if batch.source.shape[1] else (batch.mel,)
        spoken: Tensor = self.vocoder(*inputs)
        return spoken.float()

    def phases(self, batch: VocoderBatch, step: int) -> Iterator[Phase]:
        weights = self.recipe.weights
        real = self._target(batch)
        fake = self._speak(batch)
        parts = self._distances(fake, real, step)
        if isinstance(self.vocoder, HarmonicNoiseVocoder) and weights.pitch:
            parts["pitch"] = weights.pitch * self._pitch_distance(self.vocoder, batch)
        judged: Tensor | None = None
        if step >= self.recipe.adversarial_start and (weights.adversarial or weights.features):
            with parametrize.cached():  # weights are normalised once for both
                of_real, of_fake = self.judges(real), self.judges(fake)
            parts["adversarial"] = weights.adversarial * adversarial_loss(of_fake.scores)
            parts["features"] = weights.features * feature_matching_loss(of_real.features, of_fake.features)
            judged = discriminator_loss(of_real.scores, of_fake.scores)
        loss = torch.stack(list(parts.values())).sum()
        yield Phase(VOCODER, loss, {"loss": loss, **parts}, shared=judged is not None)
        if judged is not None:
            yield Phase(JUDGES, judged, {"discriminator": judged})

    def _target(self, batch: VocoderBatch) -> Tensor:
        """(B, 1, N), what the vocoder shall make of the batch."""
        if self.teacher is None:
            return batch.audio
        with torch.no_grad():
            target: Tensor = self.teacher.to(batch.mel.device)(batch.mel)
        return target.float()

    @staticmethod
    def _pitch_distance(vocoder: HarmonicNoiseVocoder, batch: VocoderBatch) -> Tensor:
        """Mean |difference| of log F0, which counts little where there is no voice."""
        weight = batch.voiced + _UNVOICED_WEIGHT
        return ((vocoder.log_pitch(batch.mel).float() - batch.log_f0).abs() * weight).sum() / weight.sum()

    def _distances(self, fake: Tensor, real: Tensor, step: int) -> dict[str, Tensor]:
        weights = self.recipe.weights
        periodicity = weights.periodicity if step >= self.recipe.periodicity_start else 0.0
        parts = {}
        for name, weight, loss in (
            ("mel", weights.mel, self.mel_loss),
            ("spectral", weights.spectral, self.spectral_loss),
            ("periodicity", periodicity, self.periodicity_loss),
        ):
            if weight:
                parts[name] = weight * loss.to(fake.device)(fake, real)
        return parts

    def validate(self, batch: VocoderBatch) -> Mapping[str, Tensor]:
        """Against the recordings, whoever the teacher is: unweighted distances (`loss` = mels), F0 in semitones."""
        fake = self._speak(batch)
        found = {
            "loss": self.mel_loss.to(fake.device)(fake, batch.audio),
            "spectral": self.spectral_loss.to(fake.device)(fake, batch.audio),
            "periodicity": self.periodicity_loss.to(fake.device)(fake, batch.audio),
        }
        if isinstance(self.vocoder, HarmonicNoiseVocoder):
            found["pitch"] = self._pitch_distance(self.vocoder, batch) * (12 / math.log(2))
        return found

    def exhibits(self) -> Mapping[str, Exhibit]:
        """The first held-out utterance, as recorded and as generated."""
        rate, hop = self.identity.audio.sample_rate, self.identity.audio.hop_length
        frames = min(self.valid.lengths[0], int(SHOWN_S * rate / hop))
        item = self.valid.stretch(0, 0, frames, np.random.default_rng(0))
        shown = VocoderBatch(*(part[None] for part in item)).to(next(self.vocoder.parameters()).device)
        spoken, audio = self._speak(shown)[0].cpu(), item.audio
        return {
            "recorded": Heatmap(self.mel_loss.cpu().mel(audio)[0].numpy()),
            "generated": Heatmap(self.mel_loss.cpu().mel(spoken)[0].numpy()),
            "sound/recorded": Sound(audio[0].numpy(), rate),
            "sound/generated": Sound(spoken[0].numpy(), rate),
        }
