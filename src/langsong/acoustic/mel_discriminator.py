"""A discriminator of mel patches (after Isola et al. 2017, section 3.2.2), for training alone."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

LEAK = 0.2


class MelDiscriminator(nn.Module):
    """Says of every patch of a spectrogram whether it looks recorded.

    Args:
        channels: of the first layer; each of the next two has twice as many.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = (1, channels, 2 * channels, 4 * channels)
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(nn.Conv2d(a, b, 5, stride=2, padding=2)) for a, b in pairwise(widths)
        )
        self.post = nn.Conv2d(widths[-1], 1, 3, padding=1)

    def forward(self, mel: Tensor) -> Tensor:
        """mel (B, L, n_mels) to scores (B, n)."""
        x = mel[:, None]
        for layer in self.layers:
            x = F.leaky_relu(layer(x), LEAK)
        return self.post(x).flatten(1)
