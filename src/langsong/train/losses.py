"""What training minimises (specification 2.3 and 6.1). Every function returns a scalar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from langsong.acoustic.teacher_forcing import Prediction, Truth, valid

FeatureMaps = Sequence[Sequence[Tensor]]
"""One sequence of layers per sub-discriminator."""


def masked_l1(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean |difference| where `mask` (B, T) is true, over (B, T) or (B, T, C)."""
    difference = (predicted.float() - target.float()).abs()
    if difference.dim() == 3:
        difference = difference.mean(2)
    return (difference * mask).sum() / mask.sum().clamp_min(1)


def acoustic_losses(prediction: Prediction, truth: Truth) -> dict[str, Tensor]:
    """The five parts of SAM-BERT's loss, all of weight 1 in KAN-TTS; durations as log(d + 1)."""
    units = valid(truth.unit_lengths, truth.durations.shape[1])
    frames = valid(truth.frame_lengths, truth.mel.shape[1])
    return {
        "mel_before": masked_l1(prediction.before, truth.mel, frames),
        "mel_after": masked_l1(prediction.after, truth.mel, frames),
        "duration": masked_l1(prediction.log_durations, torch.log1p(truth.durations.float()), units),
        "pitch": masked_l1(prediction.pitch, truth.pitch, units),
        "energy": masked_l1(prediction.energy, truth.energy, units),
    }


def discriminator_loss(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Least squares: scores of recorded sound to 1, of generated sound to 0; summed over sub-discriminators."""
    return adversarial_loss(real) + torch.stack([score.float().square().mean() for score in fake]).sum()


def adversarial_loss(scores: Sequence[Tensor]) -> Tensor:
    """Least squares: the generator wants scores of 1; summed over sub-discriminators."""
    return torch.stack([(score.float() - 1).square().mean() for score in scores]).sum()


def feature_matching_loss(real: FeatureMaps, fake: FeatureMaps) -> Tensor:
    """Mean |difference| of every layer's features, summed over layers and sub-discriminators."""
    differences = [
        _mean_distance(f, r.detach())
        for real_layers, fake_layers in zip(real, fake, strict=True)
        for r, f in zip(real_layers, fake_layers, strict=True)
    ]
    return torch.stack(differences).sum()


def _mean_distance(fake: Tensor, real: Tensor) -> Tensor:
    found: Tensor = _MeanDistance.apply(fake, real)  # type: ignore[no-untyped-call]
    return found


class _MeanDistance(torch.autograd.Function):
    """Mean |difference|, float32; features are gone over in their own type and half as often as by autograd."""

    @staticmethod
    def forward(ctx: Any, fake: Tensor, real: Tensor) -> Tensor:
        difference = fake - real
        ctx.count = difference.numel()
        ctx.save_for_backward(difference.sign())
        return difference.abs_().mean(dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (signs,) = ctx.saved_tensors
        return signs * (gradients[0] / ctx.count), None
