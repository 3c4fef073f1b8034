"""From units to mel frames over a runtime: durations, length regulation, banded decoding, post-net.

Batched: item i of a batch comes out as it would alone. All state lives in the generator of one call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from langsong.acoustic.config import AcousticConfig
from langsong.types import Float32, Int64

from .filled_pauses import FilledPauses
from .prosody import Contours, Controls, controlled
from .runtime.base import Runtime

MASKED = np.float32(-1e4)
WINDOW_MULTIPLE = 8
"""Attention windows are rounded up to this many steps, so that few shapes occur; the mask keeps them exact."""


@dataclass(frozen=True)
class AcousticInput:
    """One utterance as the model reads it.

    Attributes:
        ids: (T, 4) or (T, 1) int64. emotion: (T, emotion_width). speaker: (T, speaker_width).
        controls: prosody as wanted.
    """

    ids: Int64
    emotion: Float32
    speaker: Float32
    controls: Controls = field(default_factory=Controls)


@dataclass(frozen=True)
class Plan:
    """Everything known before the first frame is decoded.

    Attributes:
        text: (B, T, text_width). pitch, energy: (B, T), normalised, as used.
        log_durations: (B, T), log(d + 1), before speed.
        durations: per item, frames of each unit, (T_i,).
        origins: per item, for each unit the index of the given unit it is, or -1 for a filled pause.
        bands: (B,), attention reach in decoder steps.
        frames: (B,), mel frames of each item.
        memory: (B, S, memory_width). keys, values: (layers, B, heads, S, d).
    """

    text: Float32
    pitch: Float32
    energy: Float32
    log_durations: Float32
    durations: tuple[Int64, ...]
    origins: tuple[Int64, ...]
    bands: Int64
    frames: Int64
    memory: Float32
    keys: Float32
    values: Float32


def pad_rows(rows: Sequence[np.ndarray]) -> np.ndarray:
    """(T_i, …) arrays to (B, max T, …), zeros behind."""
    longest = max(len(r) for r in rows)
    out = np.zeros((len(rows), longest, *rows[0].shape[1:]), rows[0].dtype)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def ahead(array: Float32, axis: int, start: int, count: int) -> Float32:
    """`count` entries of an axis from `start`, zeros past its end."""
    taken = array.take(range(start, min(start + count, array.shape[axis])), axis)
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, count - taken.shape[axis])
    return np.pad(taken, widths)


def band_masks(start: int, count: int, window: int, bands: Int64, ends: Int64) -> tuple[Float32, Float32]:
    """Which steps the steps start … start+count-1 may attend to (specification 1.6).

    Args:
        start, count: the steps. window: cached steps before `start`.
        bands: (B,), reach of each item in steps. ends: (B,), steps of each item.

    Returns:
        self_bias (B, count, window+count) over steps start-window …, and memory_bias (B, count, count+window)
        over steps start …; 0 to attend, `MASKED` not to.
    """
    query = np.arange(start, start + count)[None, :, None]
    past = np.arange(start - window, start + count)[None, None, :]
    future = np.arange(start, start + count + window)[None, None, :]
    reach, end = bands[:, None, None], ends[:, None, None]
    seen = (past >= 0) & (past >= query - reach) & (past <= query)
    heard = (future >= query) & (future <= query + reach) & (future < end)
    return np.where(seen, np.float32(0), MASKED), np.where(heard, np.float32(0), MASKED)


class AcousticModel:
    """Drives the acoustic stages of one voice."""

    def __init__(self, config: AcousticConfig, runtime: Runtime, filled_pauses: FilledPauses | None = None) -> None:
        self.config = config
        self.runtime = runtime
        self.filled_pauses = filled_pauses

    def plan(self, batch: Sequence[AcousticInput]) -> Plan:
        """Encode a batch and predict its prosody."""
        lengths = np.array([len(item.ids) for item in batch], np.int64)
        (text,) = self.runtime.run("encoder", pad_rows([item.ids for item in batch]), lengths)
        texts = [t[:n] for t, n in zip(text, lengths, strict=True)]
        emotions = [item.emotion for item in batch]
        speakers = [item.speaker for item in batch]
        origins = [np.arange(n) for n in lengths]
        if self.filled_pauses is not None:
            for i in range(len(batch)):
                texts[i], emotions[i], speakers[i], origins[i] = self.filled_pauses.insert(
                    self.runtime, texts[i], emotions[i], speakers[i]
                )
            lengths = np.array([len(t) for t in texts], np.int64)
        text, emotion, speaker = pad_rows(texts), pad_rows(emotions), pad_rows(speakers)

        pitch, energy, condition = self.runtime.run("prosody", text, speaker, emotion, lengths)
        valid = np.arange(text.shape[1])[None] < lengths[:, None]
        pitch, energy = np.where(valid, pitch, np.float32(0)), np.where(valid, energy, np.float32(0))
        log_durations = self._predict_durations(condition)
        real = np.zeros_like(log_durations)
        for i, item in enumerate(batch):
            here = slice(lengths[i])
            predicted = Contours(np.expm1(log_durations[i, here]), pitch[i, here], energy[i, here])
            real[i, here], pitch[i, here], energy[i, here] = controlled(predicted, item.controls, origins[i])
        durations = np.floor(real + np.float32(0.5)).astype(np.int64)
        for row, item, length in zip(durations, batch, lengths, strict=True):
            if item.controls.last_frames is not None:
                row[length - 1] = min(row[length - 1], item.controls.last_frames)
        step = self.config.frames_per_step
        bands = (real.max(axis=1) / step + 0.5).astype(np.int64)
        owner, offset = self._regulate(durations)
        memory, keys, values = self.runtime.run("memory", text, pitch, energy, speaker, emotion, owner, offset)
        return Plan(
            text=text,
            pitch=pitch,
            energy=energy,
            log_durations=log_durations,
            durations=tuple(d[:n] for d, n in zip(durations, lengths, strict=True)),
            origins=tuple(origins),
            bands=bands,
            frames=durations.sum(axis=1),
            memory=memory,
            keys=keys,
            values=values,
        )

    def _predict_durations(self, condition: Float32) -> Float32:
        """(B, T, condition_width) to log(d + 1) (B, T), unit by unit."""
        batch, units = condition.shape[:2]
        hidden = cell = np.zeros((2, batch, self.config.duration_rnn), np.float32)
        previous = np.zeros((batch, 1, 1), np.float32)
        out = np.empty((batch, units), np.float32)
        for t in range(units):
            previous, hidden, cell = self.runtime.run("duration", previous, condition[:, t : t + 1], hidden, cell)
            out[:, t] = previous[:, 0, 0]
        return out

    def _regulate(self, durations: Int64) -> tuple[Int64, Int64]:
        """Frames per unit (B, T) to each frame's unit and 1-based place in it, (B, S*frames_per_step)."""
        step = self.config.frames_per_step
        batch, units = durations.shape
        total = max(int(durations.sum(axis=1).max()), 1)
        width = -(-total // step) * step
        owner = np.full((batch, width), units, np.int64)
        offset = np.zeros((batch, width), np.int64)
        for i, row in enumerate(durations):
            index = np.repeat(np.arange(units), row)
            starts = np.cumsum(row) - row
            owner[i, : len(index)] = index
            offset[i, : len(index)] = np.arange(len(index)) - starts[index] + 1
        return owner, offset

    def decode(self, plan: Plan, chunks: Iterator[int]) -> Iterator[Float32]:
        """Decode frames before the post-net.

        Args:
            plan: from `plan`.
            chunks: how many steps to decode at a time (voices with feedback decode one by one all the same).

        Yields:
            (B, n, n_mels), n a multiple of frames_per_step; rows beyond an item's end are zero.
        """
        config = self.config
        batch, steps = plan.memory.shape[:2]
        window = -(-max(int(plan.bands.max()), 1) // WINDOW_MULTIPLE) * WINDOW_MULTIPLE
        cache_shape = (config.decoder_layers, batch, config.decoder_heads, window, config.head_width)
        keys = values = np.zeros(cache_shape, np.float32)
        previous = np.zeros((batch, 1, config.n_mels), np.float32)
        ends = -(-plan.frames // config.frames_per_step)
        start = 0
        while start < steps:
            wanted = next(chunks)
            if config.feedback == "none":
                count, previous = wanted, np.zeros((batch, wanted, config.n_mels), np.float32)
            else:
                count = 1
            memory = ahead(plan.memory, 1, start, wanted)
            memory_keys = ahead(plan.keys, 3, start, wanted + window)
            memory_values = ahead(plan.values, 3, start, wanted + window)
            pieces = []
            for i in range(0, min(wanted, steps - start), count):
                self_bias, memory_bias = band_masks(start + i, count, window, plan.bands, ends)
                frames, keys, values = self.runtime.run(
                    "decoder",
                    previous,
                    memory[:, i : i + count],
                    memory_keys[:, :, :, i : i + count + window],
                    memory_values[:, :, :, i : i + count + window],
                    keys,
                    values,
                    self_bias,
                    memory_bias,
                )
                frames = frames.reshape(batch, -1, config.n_mels)
                if config.feedback == "previous_frame":
                    previous = frames[:, -1:]
                pieces.append(frames)
            mel = np.concatenate(pieces, axis=1)[:, : (steps - start) * config.frames_per_step]
            first = start * config.frames_per_step
            index = np.arange(first, first + mel.shape[1])
            yield mel * (index[None] < plan.frames[:, None])[:, :, None]
            start += wanted

    def refine(self, plan: Plan, decoded: Iterator[Float32]) -> Iterator[Float32]:
        """Run the post-net over decoded frames as they come.

        Yields:
            (B, n, n_mels), together as many frames as the longest item has.
        """
        config = self.config
        left, right = config.postnet.context
        batch, total = len(plan.frames), int(plan.frames.max())
        buffer = np.zeros((batch, left, config.n_mels), np.float32)
        first = -left  # the frame that buffer[:, 0] is
        done = 0
        hidden = cell = np.zeros((1, batch, config.postnet_rnn), np.float32)
        for mel in decoded:
            buffer = np.concatenate([buffer, mel], axis=1)
            there = first + buffer.shape[1]
            ready = (there if there >= total else there - right) - done
            if ready <= 0:
                continue
            window = np.zeros((batch, left + ready + right, config.n_mels), np.float32)
            taken = buffer[:, : window.shape[1]]
            window[:, : taken.shape[1]] = taken
            index = np.arange(first, first + window.shape[1])
            mask = ((index >= 0)[None] & (index[None] < plan.frames[:, None])).astype(np.float32)[:, :, None]
            refined, hidden, cell = self.runtime.run("postnet", window, mask, hidden, cell)
            yield refined[:, : total - done]
            done += ready
            buffer = buffer[:, ready:]
            first += ready
