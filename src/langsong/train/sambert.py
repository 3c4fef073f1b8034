"""Training SAM-BERT (specification 6.1, 6.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.acoustic.alignment import (
    Alignment,
    AlignmentEncoder,
    alignment_loss,
    binarization_loss,
    hard_alignment,
    monotonic_durations,
)
from langsong.acoustic.mel_discriminator import MelDiscriminator
from langsong.acoustic.reference import AUDIO, ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.acoustic.teacher_forcing import Prediction, Truth, predict
from langsong.errors import RecipeError
from langsong.vocoder.generator import Generator

from .corpus_format import Corpus
from .dataset import AcousticBatch, AcousticData
from .dropout import DropoutHooks
from .hearing import Hearings
from .identity import VoiceIdentity
from .losses import acoustic_losses, adversarial_loss, discriminator_loss
from .recipe import Learning, SambertRecipe
from .records import Exhibit, Heatmap, Sound
from .targets import unit_means
from .task import Phase

MODEL, JUDGE = "model", "discriminator"


class Forward(NamedTuple):
    """What the networks make of a batch.

    Attributes:
        alignment: where durations are learnt. heard: where an encoder of emotions is trained.
    """

    prediction: Prediction
    truth: Truth
    alignment: Alignment | None
    heard: HeardEmotions | None


class HeardEmotions(NamedTuple):
    """Emotions of other utterances, for B items.

    Attributes:
        logits: (B, categories). rows: (B, emotion_width), as heard. table: (B, emotion_width), by the emotions' names.
    """

    logits: Tensor
    rows: Tensor
    table: Tensor


class SambertNetwork(nn.Module):
    """The model and, where durations are learnt, what aligns units and frames; where emotions are heard, what does."""

    def __init__(
        self, model: SamBert, aligner: AlignmentEncoder | None = None, listener: ReferenceEncoder | None = None
    ) -> None:
        super().__init__()
        self.model, self.aligner, self.listener = model, aligner, listener

    def align(self, batch: AcousticBatch) -> tuple[Alignment, Tensor]:
        """Soft alignment, and the durations (B, T) of the best path through it."""
        assert self.aligner is not None
        assert batch.prior is not None
        embedded = self.model.encoder.embed_units(batch.ids)
        mel = batch.mel[:, :, : self.aligner.n_mels]
        alignment = self.aligner(embedded, mel, batch.prior, batch.unit_lengths)
        scores = alignment.soft.detach().clamp_min(1e-30).log().cpu().numpy()
        durations = monotonic_durations(scores, batch.unit_lengths.cpu().numpy(), batch.frame_lengths.cpu().numpy())
        return alignment, torch.from_numpy(durations).to(batch.mel.device)

    def listen(self, batch: AcousticBatch) -> tuple[Tensor, HeardEmotions | None]:
        """Emotions of the units, (B, T, emotion_width), of trusting items as they are heard in another utterance."""
        named = self.model.emotion_embed(batch.emotions)
        if self.listener is None or self.listener.row is None or batch.hearing is None:
            return named, None
        vector = self.listener.embed(batch.hearing.mel, batch.hearing.lengths)
        rows = self.listener.row(vector)
        own = batch.emotions == batch.emotions[:, :1]  # a unit that says another emotion keeps it
        trusted = (batch.hearing.trusted[:, None] & own)[:, :, None]
        felt = torch.where(trusted, rows[:, None], named)
        return felt, HeardEmotions(self.listener.head(vector), rows, named[:, 0])

    def forward(self, batch: AcousticBatch) -> Forward:
        """Predict a batch from the truth about it."""
        model, alignment = self.model, None
        durations, pitch, energy = batch.durations, batch.pitch, batch.energy
        if durations is None or pitch is None or energy is None:
            alignment, durations = self.align(batch)
            pitch = unit_means(batch.pitch_contour, durations, skip_zeros=batch.skip_zeros)
            energy = unit_means(batch.energy_contour, durations, skip_zeros=False)
        truth = Truth(batch.unit_lengths, batch.frame_lengths, durations, pitch, energy, batch.mel)
        if model.speaker_embed is None:
            raise RecipeError("a voice with speaker vectors cannot be trained on a table of speakers")
        emotion, heard = self.listen(batch)
        embedded, speaker = model.encoder.embed_units(batch.ids), model.speaker_embed(batch.speakers)
        return Forward(predict(model, embedded, speaker, emotion, truth), truth, alignment, heard)


class SambertTask:
    """See `Task`.

    Args:
        identity: of the voice, with the model's configuration.
        weights: to start from, by the names of `SambertNetwork`'s state; those that are missing start at random.
        vocoder: speaks the exhibits.
    """

    averaged: tuple[str, ...] = (MODEL,)
    judged_by = "mel_after"  # pitch, energy and what is heard overfit thousands of steps before the mel does

    def __init__(
        self,
        recipe: SambertRecipe,
        corpus: Corpus,
        identity: VoiceIdentity,
        weights: Mapping[str, Tensor],
        vocoder: Generator | None,
    ) -> None:
        assert identity.acoustic is not None
        self.recipe, self.identity, self.vocoder = recipe, identity, vocoder
        learn = learns_durations(recipe, corpus)
        torch.manual_seed(recipe.loop.seed)
        model = SamBert(identity.acoustic)
        frames_per_unit = sum(u.frames for u in corpus.train) / sum(u.unit_count for u in corpus.train)
        # durations end in a ReLU, which learns nothing if it starts at zero
        nn.init.constant_(model.duration.out.bias, math.log1p(frames_per_unit))
        aligner = AlignmentEncoder(identity.acoustic.embedding, identity.audio.n_mels) if learn else None
        listener = None
        if recipe.reference:
            listener = ReferenceEncoder(AUDIO.n_mels, len(identity.emotions), identity.acoustic.emotion_width)
        self.network = SambertNetwork(model, aligner, listener)
        self.network.load_state_dict(dict(weights), strict=False)
        for name, parameter in self.network.named_parameters():
            if any(re.match(pattern, name.removeprefix("model.")) for pattern in recipe.freeze):
                parameter.requires_grad_(False)
        self.dropout = DropoutHooks(model, recipe.dropout)
        self.networks: dict[str, nn.Module] = {MODEL: self.network}
        self.learning: dict[str, Learning] = {MODEL: recipe.learning}
        if recipe.adversary:
            self.judge = MelDiscriminator(recipe.adversary.channels)
            self.networks[JUDGE], self.learning[JUDGE] = self.judge, recipe.adversary.learning
        self.train, self.valid = (
            AcousticData(
                corpus,
                utterances,
                identity,
                frames_per_step=identity.acoustic.frames_per_step,
                learn_durations=learn,
            )
            for utterances in (corpus.train, corpus.valid)
        )
        self.train_lengths, self.valid_lengths = self.train.lengths, self.valid.lengths
        self.train_hearings, self.valid_hearings = (
            Hearings(corpus, utterances, identity.emotions, recipe.reference) if recipe.reference else None
            for utterances in (corpus.train, corpus.valid)
        )

    def train_batch(self, indices: Sequence[int], seed: Sequence[int]) -> AcousticBatch:
        batch = self.train.batch(indices)
        return batch._replace(hearing=self.train_hearings.batch(indices, seed)) if self.train_hearings else batch

    def valid_batch(self, indices: Sequence[int]) -> AcousticBatch:
        batch = self.valid.batch(indices)
        return batch._replace(hearing=self.valid_hearings.batch(indices, indices)) if self.valid_hearings else batch

    def phases(self, batch: AcousticBatch, step: int) -> Iterator[Phase]:
        self.dropout.pool.refill()
        made: Forward = self.network(batch)
        prediction, truth = made.prediction, made.truth
        parts = self._losses(made, batch, step)
        adversary = self.recipe.adversary
        judged: Tensor | None = None
        if adversary and step >= adversary.start:
            real, fake = self._patches(truth.mel, prediction.after, truth.frame_lengths)
            of_real, of_fake = [self.judge(real)], [self.judge(fake)]
            parts["adversarial"] = adversary.weight * adversarial_loss(of_fake)
            judged = discriminator_loss(of_real, of_fake)
        loss = torch.stack(list(parts.values())).sum()
        yield Phase(MODEL, loss, {"loss": loss, **parts}, shared=judged is not None)
        if judged is not None:
            yield Phase(JUDGE, judged, {"discriminator": judged})

    def _losses(self, made: Forward, batch: AcousticBatch, step: int) -> dict[str, Tensor]:
        parts = acoustic_losses(made.prediction, made.truth)
        if made.alignment is not None:
            rise = min(1.0, step / max(1, self.recipe.binarization_steps))
            hard = hard_alignment(made.truth.durations, batch.mel.shape[1])
            parts["alignment"] = alignment_loss(made.alignment, batch.unit_lengths, batch.frame_lengths)
            parts["binarization"] = binarization_loss(made.alignment, hard) * rise
        parts = {name: part * getattr(self.recipe.weights, name) for name, part in parts.items()}
        if made.heard is not None and batch.hearing is not None and (how := self.recipe.reference):
            parts["category"] = how.category * F.cross_entropy(made.heard.logits, batch.hearing.categories)
            parts["agreement"] = how.agreement * F.mse_loss(made.heard.rows, made.heard.table.detach())
        return parts

    def _patches(self, real: Tensor, fake: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The same stretch of both, one per item, (B, frames, n_mels)."""
        assert self.recipe.adversary
        size = min(self.recipe.adversary.frames, real.shape[1])
        room = (lengths - size).clamp_min(0).cpu()
        starts = (torch.rand(len(lengths)) * (room + 1)).long().tolist()
        cut = [torch.stack([x[s : s + size] for x, s in zip(mel, starts, strict=True)]) for mel in (real, fake)]
        return cut[0], cut[1]

    def validate(self, batch: AcousticBatch) -> Mapping[str, Tensor]:
        made: Forward = self.network(batch)
        parts = self._losses(made, batch, self.recipe.binarization_steps)
        found = {"loss": torch.stack(list(parts.values())).sum(), **parts}
        if made.heard is not None and batch.hearing is not None:
            found["recognised"] = (made.heard.logits.argmax(1) == batch.hearing.categories).float().mean()
        return found

    def exhibits(self) -> Mapping[str, Exhibit]:
        """The first held-out utterance: what was predicted of it, what it was, and how it was aligned."""
        batch = self.valid.batch([0]).to(next(self.network.parameters()).device)
        made: Forward = self.network(batch)
        prediction, truth, alignment = made.prediction, made.truth, made.alignment
        frames = int(truth.frame_lengths[0])
        predicted, recorded = (x[0, :frames].float().cpu() for x in (prediction.after, truth.mel))
        shown: dict[str, Exhibit] = {
            "predicted": Heatmap(predicted.numpy()),
            "recorded": Heatmap(recorded.numpy()),
            "durations": Heatmap(hard_alignment(truth.durations, frames)[0].float().cpu().numpy()),
        }
        if alignment is not None:
            shown["alignment"] = Heatmap(alignment.soft[0, :frames].float().cpu().numpy())
        features = self.valid.corpus.features(self.valid.utterances[0])
        rate = self.identity.audio.sample_rate
        shown["sound/recorded"] = Sound(np.divide(features.audio, 32768, dtype=np.float32), rate)
        if self.vocoder is not None and self.vocoder.source is None:
            scale = self.identity.mel_to_vocoder
            mel = predicted if scale is None else predicted * scale.std + scale.mean
            shown["sound/predicted"] = Sound(self.vocoder(mel.T[None])[0, 0].numpy(), rate)
        return shown


def learns_durations(recipe: SambertRecipe, corpus: Corpus) -> bool:
    """Whether durations are learnt: as the recipe says, or if an utterance has none."""
    if recipe.durations is not None:
        return recipe.durations == "learn"
    return any(u.durations is None for u in (*corpus.train, *corpus.valid))
