"""The stages of synthesis: what goes into each graph and what comes out.

Exported graphs, the OpenVINO runtime and the torch runtime all follow this one table. Shapes are in the
docstrings of `acoustic.sambert.SamBert`, `vocoder.generator.Generator` and `HarmonicNoiseVocoder` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from langsong.acoustic.config import AcousticConfig
from langsong.vocoder.family import VocoderConfig
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig

Axes = dict[int, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One graph.

    Attributes:
        name: of the graph, and of its file without ``.onnx``.
        part: which model it belongs to.
        method: of that model.
        inputs: names in order, with their dynamic axes.
        outputs: names in order, with their dynamic axes.
    """

    name: str
    part: Literal["acoustic", "vocoder", "reference"]
    method: str
    inputs: dict[str, Axes]
    outputs: dict[str, Axes]


_UNITS: Axes = {0: "batch", 1: "units"}
_FRAMES: Axes = {0: "batch", 1: "frames"}
_STEPS: Axes = {0: "batch", 1: "steps"}
_STATE: Axes = {1: "batch"}

_ACOUSTIC = (
    Stage("encoder", "acoustic", "encode", {"ids": _UNITS, "lengths": {0: "batch"}}, {"text": _UNITS}),
    Stage("filled_pause", "acoustic", "predict_filled_pauses", {"text": _UNITS}, {"probabilities": _UNITS}),
    Stage(
        "prosody",
        "acoustic",
        "predict_prosody",
        {"text": _UNITS, "speaker": _UNITS, "emotion": _UNITS, "lengths": {0: "batch"}},
        {"pitch": _UNITS, "energy": _UNITS, "condition": _UNITS},
    ),
    Stage(
        "duration",
        "acoustic",
        "predict_duration",
        {"previous": _UNITS, "condition": _UNITS, "hidden": _STATE, "cell": _STATE},
        {"log_duration": _UNITS, "next_hidden": _STATE, "next_cell": _STATE},
    ),
    Stage(
        "memory",
        "acoustic",
        "build_memory",
        {
            "text": _UNITS,
            "pitch": _UNITS,
            "energy": _UNITS,
            "speaker": _UNITS,
            "emotion": _UNITS,
            "owner": _FRAMES,
            "offset": _FRAMES,
        },
        {
            "memory": _STEPS,
            "memory_keys": {1: "batch", 3: "steps"},
            "memory_values": {1: "batch", 3: "steps"},
        },
    ),
    Stage(
        "decoder",
        "acoustic",
        "decode",
        {
            "previous": _STEPS,
            "memory": _STEPS,
            "memory_keys": {1: "batch", 3: "ahead"},
            "memory_values": {1: "batch", 3: "ahead"},
            "keys": {1: "batch", 3: "window"},
            "values": {1: "batch", 3: "window"},
            "self_bias": {0: "batch", 1: "steps", 2: "past"},
            "memory_bias": {0: "batch", 1: "steps", 2: "ahead"},
        },
        {
            "frames": _STEPS,
            "next_keys": {1: "batch", 3: "window"},
            "next_values": {1: "batch", 3: "window"},
        },
    ),
    Stage(
        "postnet",
        "acoustic",
        "refine",
        {"mel": _FRAMES, "mask": _FRAMES, "hidden": _STATE, "cell": _STATE},
        {"refined": {0: "batch", 1: "inner"}, "next_hidden": _STATE, "next_cell": _STATE},
    ),
)

EMOTION = "emotion"
"""The stage of the reference encoder, which a voice may have besides the others."""


def emotion_stage(emotion_width: int) -> Stage:
    """See `ReferenceEncoder`."""
    outputs = ("vector", "posterior", "row") if emotion_width else ("vector", "posterior")
    inputs = {"mel": _FRAMES, "lengths": {0: "batch"}}
    return Stage(EMOTION, "reference", "forward", inputs, {name: {0: "batch"} for name in outputs})


_MEL: Axes = {0: "batch", 2: "frames"}
_SAMPLES: Axes = {0: "batch", 2: "samples"}


def vocoder_stages(vocoder: VocoderConfig | None) -> tuple[Stage, ...]:
    """Those of a vocoder."""
    source = {"source": _SAMPLES} if vocoder and vocoder.source_channels else {}
    speak = Stage("vocoder", "vocoder", "forward", {"mel": _MEL, **source}, {"samples": _SAMPLES})
    pitch = Stage("pitch", "vocoder", "pitch", {"mel": _MEL}, {"f0": _FRAMES})
    return (pitch, speak) if isinstance(vocoder, HarmonicNoiseConfig) else (speak,)


def stages_of(acoustic: AcousticConfig, vocoder: VocoderConfig | None) -> tuple[Stage, ...]:
    """The stages that a voice of this shape has."""
    kept = [s for s in _ACOUSTIC if s.name != "filled_pause" or acoustic.filled_pause_inner]
    return (*kept, *vocoder_stages(vocoder))
