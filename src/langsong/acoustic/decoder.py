"""PNCA decoder (specification 1.6): each step attends to a band of its own past and of the memory's future."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .config import AcousticConfig
from .layers import FeedForward, Prenet, attend, layer_norm, split_heads


class DecoderLayer(nn.Module):
    """Two attentions with one query: over past steps and over the memory ahead."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        width = config.decoder_width
        self.heads = config.decoder_heads
        self.norm = layer_norm(width)
        self.self_qkv = nn.Linear(width, 3 * width)
        self.self_out = nn.Linear(width, width)
        self.memory_out = nn.Linear(width, width)
        self.ffn = FeedForward(width, config.decoder_inner, kernel=1)

    def forward(
        self,
        x: Tensor,
        keys: Tensor,
        values: Tensor,
        memory_keys: Tensor,
        memory_values: Tensor,
        self_bias: Tensor,
        memory_bias: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, C, width); keys, values (B, H, W, d) of the W steps before; returns x and all W + C keys, values."""
        query, key, value = self.project(x)
        keys = torch.cat([keys, key], dim=2)
        values = torch.cat([values, value], dim=2)
        past = attend(query, keys, values, self_bias)
        return self.combine(x, past, attend(query, memory_keys, memory_values, memory_bias)), keys, values

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (B, C, width) to query, key and value (B, H, C, d)."""
        query, key, value = (split_heads(t, self.heads) for t in self.self_qkv(self.norm(x)).chunk(3, dim=2))
        return query, key, value

    def combine(self, x: Tensor, past: Tensor, memory: Tensor) -> Tensor:
        """x and what both attentions (B, C, width) found, to the layer's output."""
        return self.ffn(x + self.self_out(past) + self.memory_out(memory))


class Decoder(nn.Module):
    """Decodes C >= 1 steps of `frames_per_step` mel frames. A pure function: all state is passed in and out."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        width = config.decoder_width
        self.scale = width**0.5
        self.prenet = Prenet((config.n_mels, *config.decoder_prenet), linear_out=width)
        self.in_proj = nn.Linear(config.memory_width + width, width)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.norm = layer_norm(width)
        self.out_proj = nn.Linear(width, config.frames_per_step * config.n_mels)

    def forward(
        self,
        previous: Tensor,
        memory: Tensor,
        memory_keys: Tensor,
        memory_values: Tensor,
        keys: Tensor,
        values: Tensor,
        self_bias: Tensor,
        memory_bias: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Decode steps s … s+C-1.

        Args:
            previous: (B, C, n_mels), the last frame of the step before each; zeros without feedback.
            memory: (B, C, memory_width) of these steps.
            memory_keys, memory_values: (layers, B, heads, M, d) of steps s … s+M-1, M >= C.
            keys, values: (layers, B, heads, W, d) of steps s-W … s-1.
            self_bias: (B, C, W+C), 0 where step s may attend to step s' (s-band <= s' <= s), else `MASKED`.
            memory_bias: (B, C, M), 0 where s <= s' <= s+band, else `MASKED`.

        Returns:
            frames (B, C, frames_per_step*n_mels); keys and values of the last W steps, as passed in.
        """
        window = keys.shape[3]
        x = self.enter(previous, memory)
        new_keys, new_values = [], []
        for i, layer in enumerate(self.layers):
            x, layer_keys, layer_values = layer(
                x,
                keys[i],
                values[i],
                memory_keys[i],
                memory_values[i],
                self_bias[:, None],
                memory_bias[:, None],
            )
            first = layer_keys.shape[2] - window
            new_keys.append(layer_keys[:, :, first:])
            new_values.append(layer_values[:, :, first:])
        return self.leave(x), torch.stack(new_keys), torch.stack(new_values)

    def enter(self, previous: Tensor, memory: Tensor) -> Tensor:
        """previous (B, C, n_mels), memory (B, C, memory_width) to the first layer's input (B, C, width)."""
        return self.in_proj(torch.cat([memory, self.prenet(previous)], dim=2)) * self.scale

    def leave(self, x: Tensor) -> Tensor:
        """The last layer's output to frames (B, C, frames_per_step*n_mels)."""
        return self.out_proj(self.norm(x))
