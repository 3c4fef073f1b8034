"""Training SAM-BERT (specification 6.1, 6.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from langsong.acoustic.alignment import (
    Alignment,
    AlignmentEncoder,
    alignment_loss,
    binarization_loss,
    hard_alignment,
    monotonic_durations,
)
from langsong.acoustic.mel_discriminator import MelDiscriminator
from langsong.acoustic.sambert import SamBert
from langsong.acoustic.teacher_forcing import Prediction, Truth, predict
from langsong.errors import RecipeError
from langsong.vocoder.generator import Generator

from .corpus_format import Corpus
from .dataset import AcousticBatch, AcousticData
from .dropout import DropoutHooks
from .identity import VoiceIdentity
from .losses import acoustic_losses, adversarial_loss, discriminator_loss
from .recipe import Learning, SambertRecipe
from .records import Exhibit, Heatmap, Sound
from .targets import unit_means
from .task import Phase

MODEL, JUDGE = "model", "discriminator"


class SambertNetwork(nn.Module):
    """The model and, where durations are learnt, what aligns units and frames."""

    def __init__(self, model: SamBert, aligner: AlignmentEncoder | None) -> None:
        super().__init__()
        self.model, self.aligner = model, aligner

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

    def forward(self, batch: AcousticBatch) -> tuple[Prediction, Truth, Alignment | None]:
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
        prediction = predict(
            model,
            model.encoder.embed_units(batch.ids),
            model.speaker_embed(batch.speakers),
            model.emotion_embed(batch.emotions),
            truth,
        )
        return prediction, truth, alignment


class SambertTask:
    """See `Task`.

    Args:
        identity: of the voice, with the model's configuration.
        weights: to start from, by the names of `SambertNetwork`'s state; those that are missing start at random.
        vocoder: speaks the exhibits.
    """

    averaged: tuple[str, ...] = (MODEL,)

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
        self.network = SambertNetwork(model, aligner)
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

    def train_batch(self, indices: Sequence[int], seed: Sequence[int]) -> AcousticBatch:
        return self.train.batch(indices)

    def valid_batch(self, indices: Sequence[int]) -> AcousticBatch:
        return self.valid.batch(indices)

    def phases(self, batch: AcousticBatch, step: int) -> Iterator[Phase]:
        self.dropout.pool.refill()
        prediction, truth, alignment = self.network(batch)
        parts = self._losses(prediction, truth, alignment, batch, step)
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

    def _losses(
        self, prediction: Prediction, truth: Truth, alignment: Alignment | None, batch: AcousticBatch, step: int
    ) -> dict[str, Tensor]:
        parts = acoustic_losses(prediction, truth)
        if alignment is not None:
            rise = min(1.0, step / max(1, self.recipe.binarization_steps))
            hard = hard_alignment(truth.durations, batch.mel.shape[1])
            parts["alignment"] = alignment_loss(alignment, batch.unit_lengths, batch.frame_lengths)
            parts["binarization"] = binarization_loss(alignment, hard) * rise
        return {name: part * getattr(self.recipe.weights, name) for name, part in parts.items()}

    def _patches(self, real: Tensor, fake: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The same stretch of both, one per item, (B, frames, n_mels)."""
        assert self.recipe.adversary
        size = min(self.recipe.adversary.frames, real.shape[1])
        room = (lengths - size).clamp_min(0).cpu()
        starts = (torch.rand(len(lengths)) * (room + 1)).long().tolist()
        cut = [torch.stack([x[s : s + size] for x, s in zip(mel, starts, strict=True)]) for mel in (real, fake)]
        return cut[0], cut[1]

    def validate(self, batch: AcousticBatch) -> Mapping[str, Tensor]:
        prediction, truth, alignment = self.network(batch)
        parts = self._losses(prediction, truth, alignment, batch, self.recipe.binarization_steps)
        return {"loss": torch.stack(list(parts.values())).sum(), **parts}

    def exhibits(self) -> Mapping[str, Exhibit]:
        """The first held-out utterance: what was predicted of it, what it was, and how it was aligned."""
        batch = self.valid.batch([0]).to(next(self.network.parameters()).device)
        prediction, truth, alignment = self.network(batch)
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
