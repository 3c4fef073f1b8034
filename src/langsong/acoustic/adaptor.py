"""Variance adaptor (specification 1.4): pitch, energy, durations, and the decoder's memory (1.5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import AcousticConfig
from .fsmn import Fsmn
from .layers import Prenet


class Bidirectional(nn.Module):
    """A bidirectional LSTM that reads each item only up to its own length, without packing (which does not export)."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.ahead = nn.LSTM(width_in, width, batch_first=True)
        self.back = nn.LSTM(width_in, width, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x (B, T, C), lengths (B,) to (B, T, 2*width)."""
        steps = torch.arange(x.shape[1], device=x.device)[None]
        mirror = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)[:, :, None]
        mirrored = x.gather(1, mirror.expand(-1, -1, x.shape[2]))
        back = self.back(mirrored)[0]
        back = back.gather(1, mirror.expand(-1, -1, back.shape[2]))
        return torch.cat([self.ahead(x)[0], back], dim=2)


class ContourPredictor(nn.Module):
    """Predicts one normalised value (pitch or energy) per unit."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.fsmn = Fsmn(config.condition_width, config.predictor)
        self.rnn = Bidirectional(config.predictor.memory, config.predictor_rnn)
        self.out = nn.Linear(2 * config.predictor_rnn, 1)

    def forward(self, condition: Tensor, lengths: Tensor, mask: Tensor) -> Tensor:
        """condition (B, T, condition_width), lengths (B,), mask (B, T, 1) to (B, T)."""
        return (self.out(self.rnn(self.fsmn(condition, mask), lengths)) * mask)[:, :, 0]


class Prosody(nn.Module):
    """Predicts pitch and energy, in normalised units."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.pitch = ContourPredictor(config)
        self.energy = ContourPredictor(config)

    def forward(self, condition: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """condition (B, T, condition_width), lengths (B,) to pitch (B, T) and energy (B, T)."""
        steps = torch.arange(condition.shape[1], device=condition.device)[None]
        mask = (steps < lengths[:, None]).to(condition.dtype)[:, :, None]
        return self.pitch(condition, lengths, mask), self.energy(condition, lengths, mask)


class ContourEmbedding(nn.Module):
    """Adds pitch and energy to the text's hidden states."""

    KERNEL = 9

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.pitch = nn.Conv1d(1, config.text_width, self.KERNEL, padding=self.KERNEL // 2)
        self.energy = nn.Conv1d(1, config.text_width, self.KERNEL, padding=self.KERNEL // 2)

    def forward(self, text: Tensor, pitch: Tensor, energy: Tensor) -> Tensor:
        """text (B, T, text_width), pitch and energy (B, T) to (B, T, text_width)."""
        return text + (self.pitch(pitch[:, None]) + self.energy(energy[:, None])).transpose(1, 2)


class DurationStep(nn.Module):
    """Predicts the duration of one unit from the one before; its LSTM state is the caller's."""

    LAYERS = 2

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.prenet = Prenet((1, *config.duration_prenet))
        self.rnn = nn.LSTM(
            config.duration_prenet[-1] + config.condition_width,
            config.duration_rnn,
            num_layers=self.LAYERS,
            batch_first=True,
        )
        self.out = nn.Linear(config.duration_rnn, 1)

    def forward(
        self, previous: Tensor, condition: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One or more units.

        Args:
            previous: (B, C, 1), log(d + 1) of the unit before each (0 before the first).
            condition: (B, C, condition_width).
            hidden, cell: (2, B, duration_rnn).

        Returns:
            log(d + 1) (B, C, 1), d in frames; hidden; cell.
        """
        x = torch.cat([self.prenet(previous), condition], dim=2)
        x, (hidden, cell) = self.rnn(x, (hidden, cell))
        return F.relu(self.out(x)), hidden, cell


class Memory(nn.Module):
    """Stretches units to frames, groups them into decoder steps and projects them to keys and values once."""

    timescales: Tensor
    even: Tensor

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.text_width = config.text_width
        self.frames_per_step = config.frames_per_step
        self.heads = config.decoder_heads
        self.layers = nn.ModuleList(
            nn.Linear(config.memory_width, 2 * config.decoder_width) for _ in range(config.decoder_layers)
        )
        channel = torch.arange(config.text_width, dtype=torch.float64)
        timescales = 10000.0 ** (2 * (channel // 2) / config.text_width)
        self.register_buffer("timescales", timescales.float(), persistent=False)
        self.register_buffer("even", (channel % 2 == 0).float(), persistent=False)

    def position(self, offset: Tensor) -> Tensor:
        """offset (B, F), 1-based frame within its unit (0 for none), to a code (B, F, text_width): sin, cos, sin …"""
        angle = offset[:, :, None].to(self.timescales.dtype) / self.timescales
        return self.even * angle.sin() + (1.0 - self.even) * angle.cos()

    def forward(self, units: Tensor, owner: Tensor, offset: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Build the decoder's memory.

        Args:
            units: (B, T, condition_width): text with contours, speaker, emotion.
            owner: (B, S*frames_per_step) int64, the unit that each frame belongs to; T where none does.
            offset: (B, S*frames_per_step) int64, 1-based frame within its unit; 0 where there is none.

        Returns:
            memory (B, S, memory_width) as text, speaker, emotion; keys and values (layers, B, heads, S, d).
        """
        units = F.pad(units, (0, 0, 0, 1))
        frames = units.gather(1, owner[:, :, None].expand(-1, -1, units.shape[2]))
        text = frames[:, :, : self.text_width] + self.position(offset)
        text = text.reshape(text.shape[0], -1, self.frames_per_step * self.text_width)
        memory = torch.cat([text, frames[:, :: self.frames_per_step, self.text_width :]], dim=2)
        pairs = torch.stack([layer(memory) for layer in self.layers])  # (layers, B, S, 2*H*d)
        keys, values = pairs.reshape(*pairs.shape[:3], 2, self.heads, -1).permute(3, 0, 1, 4, 2, 5).unbind(0)
        return memory, keys, values
