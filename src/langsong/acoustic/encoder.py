"""Text encoder (specification 1.2) and the predictor of filled pauses (1.9)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import AcousticConfig
from .layers import LAYER_NORM_EPS, MASKED, FeedForward, attend, layer_norm, split_heads

UNIT_TABLES = ("phone", "tone", "syllable", "word")


class SelfAttention(nn.Module):
    """Pre-norm multi-head self-attention; a residual only where the widths agree."""

    def __init__(self, width_in: int, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = layer_norm(width_in)
        self.qkv = nn.Linear(width_in, 3 * width)
        self.out = nn.Linear(width, width)
        self.residual = width_in == width

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (B, T, C), bias (B, 1, 1, T) to (B, T, width)."""
        query, key, value = (split_heads(t, self.heads) for t in self.qkv(self.norm(x)).chunk(3, dim=2))
        out = self.out(attend(query, key, value, bias))
        return out + x if self.residual else out


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, width_in: int, config: AcousticConfig) -> None:
        super().__init__()
        self.attn = SelfAttention(width_in, config.encoder_width, config.encoder_heads)
        self.ffn = FeedForward(config.encoder_width, config.encoder_inner, kernel=3)

    def forward(self, x: Tensor, mask: Tensor, bias: Tensor, *, isolate: bool = True) -> Tensor:
        """x (B, T, C), mask (B, T, 1), bias (B, 1, 1, T) to (B, T, width); `isolate` as in `encode_embedded`."""
        x = self.attn(x, bias) * mask
        return self.ffn(x, mask if isolate else None) * mask


class TextEncoder(nn.Module):
    """From unit ids to the text's hidden states."""

    frequencies: Tensor

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        names = UNIT_TABLES if len(config.vocabulary) == len(UNIT_TABLES) else ("byte",)
        self.embed = nn.ModuleDict(
            {n: nn.Embedding(size, config.embedding) for n, size in zip(names, config.vocabulary, strict=True)}
        )
        widths = [config.embedding, *[config.encoder_width] * (config.encoder_layers - 1)]
        self.layers = nn.ModuleList(EncoderLayer(w, config) for w in widths)
        self.norm = layer_norm(config.encoder_width)
        self.proj = nn.Linear(config.encoder_width, config.text_width, bias=False)
        self.scale = math.sqrt(config.encoder_width)
        half = config.embedding // 2
        frequencies = torch.exp(-math.log(10000.0) / (half - 1) * torch.arange(half, dtype=torch.float64))
        self.register_buffer("frequencies", frequencies.float(), persistent=False)

    def position(self, length: int, like: Tensor) -> Tensor:
        """(1, T, embedding): sines, then cosines, of 1-based positions (Vaswani et al. 2017, as in Tensor2Tensor)."""
        positions = torch.arange(length, device=like.device).to(like.dtype) + 1.0
        angle = positions[:, None] * self.frequencies[None, :]
        return torch.cat([angle.sin(), angle.cos()], dim=1)[None]

    def embed_units(self, ids: Tensor) -> Tensor:
        """ids (B, T, 4) or (B, T, 1) to (B, T, embedding): the tables' rows added up and scaled."""
        return sum(table(ids[:, :, i]) for i, table in enumerate(self.embed.values())) * self.scale

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Encode a batch.

        Args:
            ids: (B, T, 4) int64: phone, tone, syllable flag, word segment; or (B, T, 1) bytes.
            lengths: (B,) int64, valid units of each item.

        Returns:
            (B, T, text_width).
        """
        return self.encode_embedded(self.embed_units(ids), lengths)

    def encode_embedded(self, embedded: Tensor, lengths: Tensor, *, isolate: bool = True) -> Tensor:
        """As `forward`, from what `embed_units` gave.

        Args:
            embedded: (B, T, embedding).
            lengths: (B,) int64.
            isolate: the convolutions read zeros beyond an item's end, as they do when it is alone: a batch equals
                singles. KAN-TTS lets them read what layer normalisation makes of empty rows, so the last unit of a
                padded item differs by what stands behind it; False is for comparing with it.
        """
        mask = (torch.arange(embedded.shape[1], device=embedded.device)[None] < lengths[:, None]).float()
        bias = ((1.0 - mask) * MASKED)[:, None, None, :]
        mask = mask[:, :, None]
        x = embedded + self.position(embedded.shape[1], embedded)
        for layer in self.layers:
            x = layer(x, mask, bias, isolate=isolate)
        return self.proj(self.norm(x))


class FilledPausePredictor(nn.Module):
    """Says before which unit a speaker would hesitate, and how (specification 1.9, FP)."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        width, inner = config.text_width, config.filled_pause_inner
        self.conv1 = nn.Conv1d(width, inner, 3, padding=1)
        self.norm1 = nn.LayerNorm(inner, eps=LAYER_NORM_EPS)
        self.conv2 = nn.Conv1d(inner, width, 1)
        self.norm2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.out = nn.Linear(width, 4)

    def forward(self, text: Tensor) -> Tensor:
        """text (B, T, text_width) to probabilities (B, T, 4): none, 嗯, 啊, 呃."""
        x = self.norm1(F.relu(self.conv1(text.transpose(1, 2))).transpose(1, 2))
        x = self.norm2(F.relu(self.conv2(x.transpose(1, 2))).transpose(1, 2))
        return torch.softmax(self.out(x), dim=2)
