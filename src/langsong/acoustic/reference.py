"""Reference encoder: from a recording's mel spectrogram to its emotion."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.audio.spec import AudioSpec

AUDIO = AudioSpec(sample_rate=16000, hop_length=400, n_fft=1024, win_length=1024, n_mels=80, fmin=0.0, fmax=8000.0)
"""What ours read: 40 frames a second; the window is long, so that the lower bands tell one harmonic from the next."""

CHANNELS = 256
WIDTH = 128
KERNEL = 5


class ReferenceEncoder(nn.Module):
    """Conv1d, tanh, GRU, average over time, layer normalisation, projection, tanh, unit length; a head of categories.

    Args:
        n_mels: bands of the mel spectrogram.
        categories: of the head.
        emotion_width: of an acoustic model that was trained with it, which reads what it hears as it reads a row of
            its own emotion table; 0: there is none.
    """

    def __init__(self, n_mels: int, categories: int, emotion_width: int = 0) -> None:
        super().__init__()
        self.conv = nn.Conv1d(n_mels, CHANNELS, KERNEL, padding=KERNEL // 2)
        self.gru = nn.GRU(CHANNELS, CHANNELS, batch_first=True)
        self.norm = nn.LayerNorm(CHANNELS)
        self.proj = nn.Linear(CHANNELS, WIDTH)
        self.head = nn.Linear(WIDTH, categories)
        self.row = nn.Linear(WIDTH, emotion_width) if emotion_width else None

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

    def forward(self, mel: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """As `embed`.

        Returns:
            The vectors (B, 128), the probabilities of the categories (B, categories) and, with an `emotion_width`, the
            rows (B, emotion_width).
        """
        vector = self.embed(mel, lengths)
        posterior = torch.softmax(self.head(vector), dim=1)
        return (vector, posterior) if self.row is None else (vector, posterior, self.row(vector))
