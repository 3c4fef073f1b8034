"""SAM-BERT as it is trained: every stage at once, each given the truth about the one before (specification 1, 6.1).

Free functions over the model's own stages. Speaker and emotion come in as rows, so whatever makes them (a table, a
speaker encoder, a mixture, a reference recording's vector) is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from .banded import Band
from .decoder import DecoderLayer
from .sambert import SamBert


class Truth(NamedTuple):
    """What a batch of B utterances, T units and L frames (a multiple of frames_per_step) was measured to be.

    Attributes:
        unit_lengths, frame_lengths: (B,) int64, what of T and L is valid.
        durations: (B, T) int64, frames of each unit.
        pitch, energy: (B, T), normalised.
        mel: (B, L, n_mels), normalised, zeros beyond an item's end.
    """

    unit_lengths: Tensor
    frame_lengths: Tensor
    durations: Tensor
    pitch: Tensor
    energy: Tensor
    mel: Tensor


class Prediction(NamedTuple):
    """What the model made of it.

    Attributes:
        before, after: (B, L, n_mels), mel before and after the post-net, zeros beyond an item's end.
        log_durations: (B, T), log(d + 1), d in frames.
        pitch, energy: (B, T), normalised; zeros beyond an item's end.
    """

    before: Tensor
    after: Tensor
    log_durations: Tensor
    pitch: Tensor
    energy: Tensor


def valid(lengths: Tensor, size: int) -> Tensor:
    """(B, size) bool: whether a place is before its item's end."""
    return torch.arange(size, device=lengths.device)[None] < lengths[:, None]


def owners(durations: Tensor, frames: int) -> tuple[Tensor, Tensor]:
    """Which unit each frame belongs to (specification 1.4, length regulator).

    Args:
        durations: (B, T) int64. frames: L.

    Returns:
        owner (B, L), T where no unit is left; offset (B, L), the 1-based frame within its unit, 0 where there is none.
    """
    ends = durations.cumsum(1)
    index = torch.arange(frames, device=durations.device).expand(len(durations), -1).contiguous()
    owner = torch.searchsorted(ends, index, right=True)
    starts = F.pad(ends, (1, 0))  # a last one, for frames that nobody owns
    offset = index - starts.gather(1, owner) + 1
    return owner, offset * (owner < durations.shape[1])


def band_width(durations: Tensor, frames_per_step: int) -> int:
    """Steps that the decoder's attention reaches, for the longest of `durations` (specification 1.5)."""
    return int(durations.max().item() / frames_per_step + 0.5)


def predict(
    model: SamBert, embedded: Tensor, speaker: Tensor, emotion: Tensor, truth: Truth, *, isolate: bool = True
) -> Prediction:
    """The whole model on a batch.

    A decoder without feedback (`config.feedback` is ``none``) gets zeros for previous frames, one with feedback the
    true ones.

    Args:
        embedded: (B, T, embedding), from ``model.encoder.embed_units``.
        speaker: (B, T, speaker_width). emotion: (B, T, emotion_width).
        isolate: see `TextEncoder.encode_embedded`; False is as KAN-TTS trains.
    """
    config = model.config
    unit_lengths, frame_lengths, durations, pitch, energy, mel = truth
    units = valid(unit_lengths, embedded.shape[1])
    text = model.encoder.encode_embedded(embedded, unit_lengths, isolate=isolate)
    predicted_pitch, predicted_energy = model.prosody(torch.cat([text, speaker, emotion], dim=2), unit_lengths)

    condition = torch.cat([model.contour(text, pitch * units, energy * units), speaker, emotion], dim=2)
    log_durations = _durations(model, condition, durations)

    frames, step = mel.shape[1], config.frames_per_step
    present = valid(frame_lengths, frames)[:, :, None]
    owner, offset = owners(durations * units, frames)
    memory, keys, values = model.memory(condition, owner, offset)
    before = _decode(model, mel, memory, keys, values, -(-frame_lengths // step), band_width(durations * units, step))
    before = before * present
    after = _refine(model, before, present)
    return Prediction(before, after, log_durations, predicted_pitch, predicted_energy)


def _durations(model: SamBert, condition: Tensor, durations: Tensor) -> Tensor:
    previous = F.pad(torch.log1p(durations.to(condition.dtype)), (1, 0))[:, :-1, None]
    state = model.duration.rnn
    zeros = condition.new_zeros(state.num_layers, len(condition), state.hidden_size)
    return model.duration(previous, condition, zeros, zeros)[0][:, :, 0]


def _decode(
    model: SamBert, mel: Tensor, memory: Tensor, keys: Tensor, values: Tensor, step_lengths: Tensor, band: int
) -> Tensor:
    """All steps in one pass, (B, L, n_mels)."""
    step = model.config.frames_per_step
    previous = F.pad(mel[:, step - 1 :: step], (0, 0, 1, 0))[:, :-1]
    if model.config.feedback == "none":
        previous = torch.zeros_like(previous)
    reachable = valid(step_lengths, memory.shape[1])
    past, future = Band(band, 0, reachable), Band(0, band, reachable)
    x = model.decoder.enter(previous, memory)
    layers = cast(Iterable[DecoderLayer], model.decoder.layers)
    for layer, memory_key, memory_value in zip(layers, keys, values, strict=True):
        query, key, value = layer.project(x)
        x = layer.combine(x, past.attend(query, key, value), future.attend(query, memory_key, memory_value))
    return model.decoder.leave(x).reshape(len(mel), -1, mel.shape[2])


def _refine(model: SamBert, mel: Tensor, present: Tensor) -> Tensor:
    """The post-net over whole utterances; its layers pad by themselves, which saves the context of windows."""
    hidden = model.postnet.rnn(model.postnet.fsmn(mel, present.to(mel.dtype)))[0]
    return (mel + model.postnet.out(hidden)) * present
