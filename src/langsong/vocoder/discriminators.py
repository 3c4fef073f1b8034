"""Discriminators of waveforms (Kong et al. 2020, section 2.3, with KAN-TTS's changes: specification 2.2).

Every discriminator gives scores and, layer by layer, the features that they were made from (the scores last).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from .config import LEAK, PeriodConfig, ScaleConfig

WIDE = 512
"""Channels from which on a convolution of few places is a matrix product."""
Normalize = Callable[[nn.Module], nn.Module]

DB3_LOW = (
    0.33267055295095688, 0.80689150931333875, 0.45987750211933132,
    -0.13501102001039084, -0.08544127388224149, 0.03522629188210562,
)  # fmt: skip
"""Analysis filter of Daubechies' wavelet with three vanishing moments (Daubechies 1992, table 6.1), in its order of
correlation."""


class Judgement(NamedTuple):
    """What sub-discriminators say of a batch.

    Attributes:
        scores: one (B, n) per sub-discriminator.
        features: one list of layers per sub-discriminator.
    """

    scores: list[Tensor]
    features: list[list[Tensor]]

    def __add__(self, other: Judgement) -> Judgement:  # type: ignore[override]
        return Judgement(self.scores + other.scores, self.features + other.features)


class WideConv(nn.Conv1d):
    """A centred convolution of many channels over few places.

    On a CPU it is one matrix product over unfolded places: the gradient of its weights takes half the time that the
    convolution routines need for such shapes, or less.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, T) to (B, channels_out, T')."""
        if x.device.type != "cpu":
            return super().forward(x)
        taps, stride = self.kernel_size[0], self.stride[0]
        places = _Unfold.apply(F.pad(x, (taps // 2, taps // 2)).transpose(1, 2), taps, stride)
        weight = _TapsOutermost.apply(self.weight.to(x.dtype))
        return F.linear(places, weight, self.bias).transpose(1, 2)


class _Unfold(torch.autograd.Function):
    """(B, T, C) to (B, T', taps * C), what each place sees. Its gradient is added up tap by tap, in a seventh of the
    time that the one of `Tensor.unfold` takes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, taps: int, stride: int) -> Tensor:
        ctx.length, ctx.taps, ctx.stride = x.shape[1], taps, stride
        return x.unfold(1, taps, stride).transpose(2, 3).flatten(2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        by_tap = gradients[0].unflatten(2, (ctx.taps, -1))
        total = by_tap.new_zeros(len(by_tap), ctx.length, by_tap.shape[3])
        end = (by_tap.shape[1] - 1) * ctx.stride + 1
        for tap in range(ctx.taps):
            total[:, tap : tap + end : ctx.stride] += by_tap[:, :, tap]
        return total, None, None


class _TapsOutermost(torch.autograd.Function):
    """(out, in, taps) to (out, taps * in). The gradient comes in order, since casting it out of order is slow."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor) -> Tensor:
        ctx.taps = weight.shape[2]
        return weight.transpose(1, 2).flatten(1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].unflatten(1, (ctx.taps, -1)).transpose(1, 2).contiguous()


class GroupedConv(nn.Conv1d):
    """A centred convolution in groups.

    On a CPU it has stride 1 over as many phases of its input as its stride is, which convolution routines do in half
    the time.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, T) to (B, channels_out, T')."""
        if x.device.type != "cpu":
            return super().forward(x)
        taps, stride = self.kernel_size[0], self.stride[0]
        before, by_phase = taps // 2, -(-taps // stride)
        places = (x.shape[2] + 2 * before - taps) // stride + 1 + by_phase - 1
        phases = _by_phase(F.pad(x, (before, places * stride - x.shape[2] - before)), stride)
        weight = _by_phase(F.pad(self.weight, (0, by_phase * stride - taps)), stride)
        return F.conv1d(phases, weight, self.bias, groups=self.groups)


def _by_phase(x: Tensor, stride: int) -> Tensor:
    """(B, C, T * stride) to (B, C * stride, T)."""
    return x.unflatten(2, (-1, stride)).transpose(2, 3).flatten(1, 2)


def _conv(channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> nn.Conv1d:
    kind = WideConv if channels_in >= WIDE else nn.Conv1d
    return kind(channels_in, channels_out, kernel, stride, padding=kernel // 2)


class ScaleDiscriminator(nn.Module):
    """Grouped convolutions over the waveform at one rate."""

    def __init__(self, config: ScaleConfig, normalize: Normalize) -> None:
        super().__init__()
        widths, groups = [config.channels], 4
        layers: list[nn.Module] = [nn.Conv1d(1, config.channels, 15, padding=7)]
        for i, stride in enumerate(config.strides):
            widths.append(min(widths[-1] * 2, config.max_channels) if i else config.channels)
            layers.append(GroupedConv(widths[-2], widths[-1], 41, stride, padding=20, groups=groups))
            groups = min(groups * 4, config.max_groups)
        widths.append(min(widths[-1] * 2, config.max_channels))
        layers.append(_conv(widths[-2], widths[-1], 5))
        self.layers = nn.ModuleList(normalize(layer) for layer in layers)
        self.post = normalize(nn.Conv1d(widths[-1], 1, 3, padding=1))

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 1, N) to the layers' features, the last of them scores."""
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), LEAK)
            features.append(x)
        return [*features, self.post(x)]


class WaveletPooling(nn.Module):
    """Halves the rate without losing anything: low and high band of a db3 wavelet transform as two channels."""

    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        low = torch.tensor(DB3_LOW)
        high = low.flip(0) * torch.tensor([1.0, -1.0] * 3)
        self.register_buffer("filters", torch.stack([low, high])[:, None], persistent=False)
        self.mix = weight_norm(nn.Conv1d(2, 1, 15, padding=7))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, N) to (B, 1, ⌊(N + 5) / 2⌋), zeros beyond the ends."""
        taps, length = self.filters.shape[2], x.shape[2]
        padding = 2 * ((length + taps - 1) // 2 - 1) - length + taps
        padded = F.pad(x, (padding // 2, padding - padding // 2))
        return F.leaky_relu(self.mix(F.conv1d(padded, self.filters.to(x.dtype), stride=2)), LEAK)


class MultiScaleDiscriminator(nn.Module):
    """The first scale has spectral, the others weight normalisation."""

    def __init__(self, config: ScaleConfig) -> None:
        super().__init__()
        self.discriminators = nn.ModuleList(
            ScaleDiscriminator(config, weight_norm if i else spectral_norm) for i in range(config.scales)
        )
        self.pools = nn.ModuleList(WaveletPooling() for _ in range(config.scales - 1))

    def forward(self, x: Tensor) -> Judgement:
        """Judge waveforms (B, 1, N)."""
        features = [self.discriminators[0](x)]
        for pool, discriminator in zip(self.pools, self.discriminators[1:], strict=True):
            x = pool(x)
            features.append(discriminator(x))
        return _judgement(features)


class PeriodDiscriminator(nn.Module):
    """Convolutions over every p-th sample: the p phases are items of a batch for it, which is what convolutions of
    width 1 across them come to."""

    def __init__(self, period: int, config: PeriodConfig) -> None:
        super().__init__()
        self.period = period
        widths = [1]
        for i in range(len(config.strides)):
            widths.append(min(config.channels * 4**i, config.max_channels))
        self.layers = nn.ModuleList(
            weight_norm(_conv(a, b, 5, stride)) for (a, b), stride in zip(pairwise(widths), config.strides, strict=True)
        )
        self.post = nn.Conv1d(widths[-1], 1, 2, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 1, N) to the layers' features (B * p, C, n), the last of them scores (B, n', p)."""
        batch, _, length = x.shape
        missing = -length % self.period
        if missing:
            x = F.pad(x, (0, missing), mode="reflect")
        x = x.unflatten(2, (-1, self.period)).permute(0, 3, 1, 2).flatten(0, 1)
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), LEAK)
            features.append(x)
        return [*features, self.post(x).unflatten(0, (batch, -1))[:, :, 0].transpose(1, 2)]


class MultiPeriodDiscriminator(nn.Module):
    """One discriminator per period."""

    def __init__(self, config: PeriodConfig) -> None:
        super().__init__()
        self.discriminators = nn.ModuleList(PeriodDiscriminator(p, config) for p in config.periods)

    def forward(self, x: Tensor) -> Judgement:
        """Judge waveforms (B, 1, N)."""
        return _judgement([discriminator(x) for discriminator in self.discriminators])


class Discriminators(nn.Module):
    """Both kinds, as HiFi-GAN is trained."""

    def __init__(self, scale: ScaleConfig | None, period: PeriodConfig | None) -> None:
        super().__init__()
        self.scale = MultiScaleDiscriminator(scale) if scale else None
        self.period = MultiPeriodDiscriminator(period) if period else None

    def forward(self, x: Tensor) -> Judgement:
        """Judge waveforms (B, 1, N)."""
        judgement = Judgement([], [])
        for discriminator in (self.scale, self.period):
            if discriminator is not None:
                judgement = judgement + discriminator(x)
        return judgement


def _judgement(features: Sequence[list[Tensor]]) -> Judgement:
    return Judgement([layers[-1].flatten(1) for layers in features], list(features))
