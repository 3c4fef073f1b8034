"""Reference encoder: from a recording's mel spectrogram to its emotion."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = 256
WIDTH = 128
KERNEL = 5


class ReferenceEncoder(nn.Module):
    """Conv1d, tanh, GRU, average over time, layer normalisation, projection, tanh, unit length; a head of categories.

    Args:
        n_mels: bands of the mel spectrogram.
        categories: of the head.
    """

    def __init__(self, n_mels: int, categories: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(n_mels, CHANNELS, KERNEL, padding=KERNEL // 2)
        self.gru = nn.GRU(CHANNELS, CHANNELS, batch_first=True)
        self.norm = nn.LayerNorm(CHANNELS)
        self.proj = nn.Linear(CHANNELS, WIDTH)
        self.head = nn.Linear(WIDTH, categories)

    def embed(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The emotion as a vector.

        Args:
            mel: (B, L, n_mels), zero behind each item's end.
            lengths: (B,) int64, frames of each item.

        Returns:
            (B, 128) of length 1.
        """
        hidden, _ = self.gru(torch.tanh(self.conv(mel.transpose(1, 2))).transpose(1, 2))
        mask = (torch.arange(mel.shape[1], device=mel.device)[None] < lengths[:, None]).to(mel.dtype)[:, :, None]
        mean = (hidden * mask).sum(dim=1) / lengths[:, None].to(mel.dtype)
        return F.normalize(torch.tanh(self.proj(self.norm(mean))), dim=1)

    def forward(self, mel: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As `embed`; returns the vectors (B, 128) and the probabilities of the categories (B, categories)."""
        vector = self.embed(mel, lengths)
        return vector, torch.softmax(self.head(vector), dim=1)
