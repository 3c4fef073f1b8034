"""Pieces that the text encoder and the decoder share."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LAYER_NORM_EPS = 1e-6
MASKED = -1e4
"""Added to a masked score: exp() of it is 0 in every float type, and it fits float16."""


def layer_norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=LAYER_NORM_EPS)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, H*d) to (B, H, T, d)."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)  # torch before 2.1 cannot export unflatten


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """Scaled dot-product attention.

    Args:
        query: (B, H, C, d). key, value: (B, H, T, d).
        bias: (B, 1, C, T) or (B, 1, 1, T), added to the scores: 0 to attend, a large negative number not to.

    Returns:
        (B, C, H*d).
    """
    scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5 + bias
    return (torch.softmax(scores, dim=-1) @ value).transpose(1, 2).flatten(2)


class FeedForward(nn.Module):
    """Pre-norm convolutional feed-forward block with a residual.

    Args:
        width: channels in and out. inner: channels inside. kernel: taps of the first convolution.
    """

    def __init__(self, width: int, inner: int, kernel: int) -> None:
        super().__init__()
        self.norm = layer_norm(width)
        self.conv1 = nn.Conv1d(width, inner, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv1d(inner, width, 1)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """x (B, T, C); mask (B, T, 1), 1 where valid: a wide convolution must see zeros beyond an item's end."""
        hidden = self.norm(x)
        if mask is not None:
            hidden = hidden * mask
        hidden = F.relu(self.conv1(hidden.transpose(1, 2)))
        return x + self.conv2(hidden).transpose(1, 2)


class Prenet(nn.Sequential):
    """Linear layers with ReLU after all but, optionally, the last."""

    def __init__(self, widths: tuple[int, ...], *, linear_out: int | None = None) -> None:
        layers: list[nn.Module] = []
        for width_in, width_out in pairwise(widths):
            layers += [nn.Linear(width_in, width_out), nn.ReLU()]
        if linear_out is not None:
            layers.append(nn.Linear(widths[-1], linear_out))
        super().__init__(*layers)
