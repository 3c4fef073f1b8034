"""SAM-BERT as stages. Each stage is a pure function on batches and becomes one exported graph.

units ─ encode ▶ text ─ predict_prosody ▶ pitch, energy ─ predict_duration (unit by unit) ▶ frames per unit
     ─ build_memory ▶ memory, keys, values ─ decode (C steps at a time) ▶ mel ─ refine ▶ mel
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .adaptor import ContourEmbedding, DurationStep, Memory, Prosody
from .config import AcousticConfig
from .decoder import Decoder
from .encoder import FilledPausePredictor, TextEncoder
from .postnet import Postnet


class SamBert(nn.Module):
    """The acoustic model (specification 1)."""

    def __init__(self, config: AcousticConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = TextEncoder(config)
        self.emotion_embed = nn.Embedding(config.emotions, config.emotion_width)
        self.speaker_embed = nn.Embedding(config.speakers, config.speaker_width) if config.speakers else None
        self.filled_pause = FilledPausePredictor(config) if config.filled_pause_inner else None
        self.prosody = Prosody(config)
        self.contour = ContourEmbedding(config)
        self.duration = DurationStep(config)
        self.memory = Memory(config)
        self.decoder = Decoder(config)
        self.postnet = Postnet(config)

    def encode(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """See `TextEncoder.forward`."""
        return self.encoder(ids, lengths)

    def predict_filled_pauses(self, text: Tensor) -> Tensor:
        """See `FilledPausePredictor.forward`."""
        if self.filled_pause is None:
            raise RuntimeError("this model predicts no filled pauses")
        return self.filled_pause(text)

    def predict_prosody(
        self, text: Tensor, speaker: Tensor, emotion: Tensor, lengths: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Predict contours.

        Args:
            text: (B, T, text_width). speaker: (B, T, speaker_width). emotion: (B, T, emotion_width).
            lengths: (B,) int64.

        Returns:
            pitch (B, T), energy (B, T), normalised; the condition of the durations (B, T, condition_width).
        """
        pitch, energy = self.prosody(torch.cat([text, speaker, emotion], dim=2), lengths)
        return pitch, energy, torch.cat([self.contour(text, pitch, energy), speaker, emotion], dim=2)

    def predict_duration(
        self, previous: Tensor, condition: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `DurationStep.forward`."""
        return self.duration(previous, condition, hidden, cell)

    def build_memory(
        self,
        text: Tensor,
        pitch: Tensor,
        energy: Tensor,
        speaker: Tensor,
        emotion: Tensor,
        owner: Tensor,
        offset: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Build the decoder's memory from contours as they are wanted; see `Memory.forward`."""
        units = torch.cat([self.contour(text, pitch, energy), speaker, emotion], dim=2)
        return self.memory(units, owner, offset)

    def decode(
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
        """See `Decoder.forward`."""
        return self.decoder(previous, memory, memory_keys, memory_values, keys, values, self_bias, memory_bias)

    def refine(self, mel: Tensor, mask: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See `Postnet.forward`."""
        return self.postnet(mel, mask, hidden, cell)
