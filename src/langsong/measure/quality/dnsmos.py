"""DNSMOS P.835 (Reddy et al. 2022): an alarm for noise and artefacts, no measure of naturalness.

It tells hardly any good synthesis from bad (the formant synthesiser espeak-ng gets 2.9 of 5 for overall quality).
The package speechmos (MIT) brings the graph, which runs in OpenVINO here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from langsong.audio.resample import resample
from langsong.errors import MissingExtra
from langsong.types import Float32

RATE = 16000
_PIECE = int(9.01 * RATE)
_SIGNAL = (-0.08397278, 1.22083953, 0.0052439)
_BACKGROUND = (-0.13166888, 1.60915514, -0.39604546)
_OVERALL = (-0.06766283, 1.11546468, 0.04602535)
"""Polynomials from the graph's outputs to opinion scores, highest power first, as published with it."""


@dataclass(frozen=True)
class Dnsmos:
    """Opinion scores, 1-5, that the network expects of listeners."""

    overall: float
    signal: float
    background: float


class DnsmosScorer:
    """Scores sound.

    Raises:
        MissingExtra: speechmos is not installed.
    """

    def __init__(self) -> None:
        import openvino

        package = find_spec("speechmos")
        if package is None or package.origin is None:
            raise MissingExtra("measure", "DNSMOS")
        graph = Path(package.origin).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
        core = openvino.Core()
        self._model = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False})

    def score(self, samples: Float32, sample_rate: int) -> Dnsmos:
        """The mean over pieces of 9 s, one a second; shorter sound is doubled until it is long enough."""
        sound = np.clip(resample(samples, sample_rate, RATE), -1.0, 1.0)
        if len(sound) == 0:
            sound = np.zeros(_PIECE, np.float32)
        while len(sound) < _PIECE:
            sound = np.tile(sound, 2)
        starts = range(0, len(sound) - _PIECE + 1, RATE)
        raw = np.stack(
            [self._model([sound[None, s : s + _PIECE]])[0][0] for s in starts]
        )  # signal, background, overall
        signal, background, overall = (
            float(np.polyval(polynomial, raw[:, index]).mean())
            for index, polynomial in enumerate((_SIGNAL, _BACKGROUND, _OVERALL))
        )
        return Dnsmos(overall, signal, background)
