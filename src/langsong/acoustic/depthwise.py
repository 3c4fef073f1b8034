"""Depth-wise convolution over time whose weights' gradient is computed by Fourier transforms.

Convolution routines for CPUs take six times as long for that gradient, which made it the dearest part of the post-net.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv1d(x, weight, groups=len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (gradient,) = gradients
        x, weight = ctx.saved_tensors
        taps = weight.shape[2]
        for_x = F.conv1d(F.pad(gradient, (taps - 1, taps - 1)), weight.flip(2).to(gradient.dtype), groups=len(weight))
        # correlation of x with the gradient; no lag that is kept wraps around
        size = 1 << (x.shape[2] - 1).bit_length()
        spectra = torch.fft.rfft(x.float(), n=size) * torch.fft.rfft(gradient.float(), n=size).conj()
        for_weight = torch.fft.irfft(spectra.sum(0), n=size)[:, None, :taps]
        return for_x, for_weight.to(weight.dtype)


class DepthwiseConv(nn.Conv1d):
    """One filter per channel, without bias, padding or stride.

    Args:
        channels: in and out. kernel: taps.
    """

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__(channels, channels, kernel, groups=channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, T) to (B, channels, T - kernel + 1)."""
        if x.device.type == "cpu" and torch.is_grad_enabled() and self.weight.requires_grad:
            convolved: Tensor = _Convolve.apply(x, self.weight.to(x.dtype))
            return convolved
        return super().forward(x)
