"""The teacher: Kokoro-82M, stage by stage, so that durations and pitch can be set from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.fetch import F0, FRAMES, HARMONIC_SPECTRUM, HARMONICS, PREDICTED_FRAMES, STAGES
from langsong.types import Float32, Int64

Array = npt.NDArray[Any]

_N_FFT, _SHIFT = 20, 5
_WINDOW = np.hanning(_N_FFT + 1)[:-1]


@dataclass
class Reading:
    """What the teacher has made of a text so far: the tensors between its stages."""

    tensors: dict[str, Array]

    @property
    def predicted_frames(self) -> Float32:
        """(n + 2,) frames of 600 samples for each token, with those of begin and end, not rounded."""
        frames: Float32 = self.tensors[PREDICTED_FRAMES].reshape(-1)
        return frames


class Teacher:
    """The stages on one thread.

    Args:
        folder: what `corpus.fetch` made.
    """

    def __init__(self, folder: Path) -> None:
        from openvino import Core

        core = Core()
        settings: dict[str, Any] = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
        settings["INFERENCE_PRECISION_HINT"] = "f32"  # bfloat16 is 1.7 times as fast, with noise 26 dB below
        self._stages = []
        for name in STAGES:
            compiled = core.compile_model(str(folder / f"{name}.onnx"), "CPU", settings)
            self._stages.append(compiled.create_infer_request())
        self._tokens: Mapping[str, int] = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))

    def read(self, symbols: str, table: Float32) -> Reading:
        """Begin with n symbols.

        Args:
            table: (510, 256) of the speaker.

        Raises:
            ValueError: a symbol that the teacher has not, or more than 510 of them.
        """
        unknown = sorted(set(symbols) - set(self._tokens))
        if unknown or not 0 < len(symbols) <= len(table):
            raise ValueError(f"cannot be spelled so: {symbols} ({len(symbols)} symbols, unknown: {unknown})")
        tokens = np.array([[0, *(self._tokens[symbol] for symbol in symbols), 0]], np.int64)
        reading = Reading({"tokens": tokens, "style": table[len(symbols) - 1][None], "speed": np.ones(1, np.float32)})
        self._run(reading, [0])
        return reading

    def intone(self, reading: Reading, frames: Int64) -> Float32:
        """(L,) F0 in Hz, 80 a second, for these frames of each token; unvoiced where it is under some 10 Hz."""
        reading.tensors[FRAMES] = frames.reshape(reading.tensors[FRAMES].shape)
        self._run(reading, [1])
        f0: Float32 = reading.tensors[F0].reshape(-1)
        return f0

    def sound(self, reading: Reading, f0: Float32) -> Float32:
        """(N,) samples at 24 kHz with this F0 (L,); N is 600 times the sum of the frames. Peaks may exceed 1."""
        reading.tensors[F0] = f0.reshape(reading.tensors[F0].shape)
        self._run(reading, [2])
        reading.tensors[HARMONIC_SPECTRUM] = spectrum(reading.tensors[HARMONICS].reshape(-1))
        self._run(reading, [3, 4])
        audio: Float32 = reading.tensors["audio"].reshape(-1)
        return audio

    def _run(self, reading: Reading, stages: Sequence[int]) -> None:
        for stage in stages:
            request = self._stages[stage]
            model = request.get_compiled_model()
            results = request.infer({port.any_name: reading.tensors[port.any_name] for port in model.inputs})
            reading.tensors.update({port.any_name: np.array(results[port]) for port in model.outputs})


def spectrum(signal: Float32) -> Float32:
    """(1, 22, bins): magnitudes and phases of the short-time spectrum of (N,) samples, as torch has them.

    At 0 Hz and at the Nyquist frequency a spectrum is real and its phase 0 or pi. The exported graph computes tiny
    imaginary parts there, whose signs turn pi into -pi at random; the teacher answers with noise above 8 kHz.
    """
    padded = np.pad(signal.astype(np.float64), _N_FFT // 2, mode="reflect")
    blocks = np.lib.stride_tricks.sliding_window_view(padded, _N_FFT)[::_SHIFT] * _WINDOW
    bins = np.fft.rfft(blocks, axis=1).T
    return np.concatenate([np.abs(bins), np.angle(bins)])[None].astype(np.float32)
