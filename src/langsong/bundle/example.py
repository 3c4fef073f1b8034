"""A fixed input for every stage: for tracing, and for comparing runtimes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from langsong.acoustic.config import AcousticConfig
from langsong.vocoder.family import VocoderConfig

from .stages import Stage

BATCH, UNITS, STEPS, WINDOW, FRAMES = 2, 9, 5, 8, 40


def reference_inputs(n_mels: int) -> tuple[npt.NDArray[Any], ...]:
    """The same for the reference encoder."""
    lengths = np.array([FRAMES, FRAMES - 7], np.int64)
    mel = np.random.default_rng(20_22).standard_normal((BATCH, FRAMES, n_mels), dtype=np.float32)
    mel *= (np.arange(FRAMES)[None] < lengths[:, None])[:, :, None]
    return mel, lengths


def example_inputs(stage: Stage, acoustic: AcousticConfig, vocoder: VocoderConfig) -> tuple[npt.NDArray[Any], ...]:
    """Deterministic inputs of a stage, batch 2, in the order of its table entry."""
    rng = np.random.default_rng(20_22)

    def noise(*shape: int) -> npt.NDArray[np.float32]:
        return rng.standard_normal(shape, dtype=np.float32)

    frames = STEPS * acoustic.frames_per_step
    cache = (acoustic.decoder_layers, BATCH, acoustic.decoder_heads)
    left, right = acoustic.postnet.context
    lengths = np.array([UNITS, UNITS - 3], np.int64)
    duration_state = (2, BATCH, acoustic.duration_rnn)
    postnet_state = (1, BATCH, acoustic.postnet_rnn)
    owner = np.minimum(np.arange(frames) // 2, UNITS)
    make: dict[str, Callable[[], npt.NDArray[Any]]] = {
        "ids": lambda: np.stack([rng.integers(0, n, (BATCH, UNITS)) for n in acoustic.vocabulary], axis=2),
        "lengths": lambda: lengths,
        "text": lambda: noise(BATCH, UNITS, acoustic.text_width),
        "speaker": lambda: noise(BATCH, UNITS, acoustic.speaker_width),
        "emotion": lambda: noise(BATCH, UNITS, acoustic.emotion_width),
        "pitch": lambda: noise(BATCH, UNITS),
        "energy": lambda: noise(BATCH, UNITS),
        "condition": lambda: noise(BATCH, 1, acoustic.condition_width),
        "owner": lambda: np.stack([owner, owner]),
        "offset": lambda: np.stack([np.arange(frames) % 2 + 1] * BATCH),
        "memory": lambda: noise(BATCH, STEPS, acoustic.memory_width),
        "memory_keys": lambda: noise(*cache, STEPS + WINDOW, acoustic.head_width),
        "memory_values": lambda: noise(*cache, STEPS + WINDOW, acoustic.head_width),
        "keys": lambda: noise(*cache, WINDOW, acoustic.head_width),
        "values": lambda: noise(*cache, WINDOW, acoustic.head_width),
        "self_bias": lambda: np.zeros((BATCH, STEPS, WINDOW + STEPS), np.float32),
        "memory_bias": lambda: np.zeros((BATCH, STEPS, STEPS + WINDOW), np.float32),
        "mask": lambda: np.ones((BATCH, left + frames + right, 1), np.float32),
        "source": lambda: noise(BATCH, vocoder.source_channels, frames * vocoder.hop_length),
    }
    special: dict[tuple[str, str], Callable[[], npt.NDArray[Any]]] = {
        ("duration", "previous"): lambda: noise(BATCH, 1, 1),
        ("duration", "hidden"): lambda: noise(*duration_state),
        ("duration", "cell"): lambda: noise(*duration_state),
        ("decoder", "previous"): lambda: noise(BATCH, STEPS, acoustic.n_mels),
        ("postnet", "mel"): lambda: noise(BATCH, left + frames + right, acoustic.n_mels),
        ("postnet", "hidden"): lambda: noise(*postnet_state),
        ("postnet", "cell"): lambda: noise(*postnet_state),
        ("vocoder", "mel"): lambda: noise(BATCH, vocoder.in_channels, frames),
        ("pitch", "mel"): lambda: noise(BATCH, vocoder.in_channels, frames),
    }
    return tuple((special.get((stage.name, name)) or make[name])() for name in stage.inputs)
