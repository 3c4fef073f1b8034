"""A teacher of a few ONNX nodes, with the stages and the tensors of the real one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from corpus.fetch import (
    ENERGY,
    F0,
    FRAMES,
    HARMONIC_SPECTRUM,
    HARMONICS,
    PREDICTED_FRAMES,
    SPECTRUM,
    STAGES,
)
from corpus.speakers import SPEAKERS
from onnx import TensorProto, helper, numpy_helper

SYMBOLS = " !,.:;?—…abdefhijklmnopstuwxyzɔɕəɛɤɥɨŋɻʂʊʦʨʰꭧɚ↓→↗↘"
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def write_teacher(folder: Path) -> None:
    """Three frames a token; F0 200 Hz and voiced; a hum at 1.2 kHz that is silent in the first and the last frames."""
    for name, model in zip(STAGES, (_duration(), _prosody(), _harmonics(), _generator(), _waveform()), strict=True):
        onnx.save(model, folder / f"{name}.onnx")
    tokens = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
    (folder / "vocabulary.json").write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
    voices = {voice for speaker in SPEAKERS.values() for voice in (speaker.timbre, speaker.prosody)}
    np.savez(folder / "voices.npz", **{voice: np.zeros((510, 256), np.float32) for voice in sorted(voices)})


def _duration() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Cast", ["tokens"], ["numbers"], to=FLOAT),
        helper.make_node("Mul", ["numbers", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "three"], [PREDICTED_FRAMES]),
        helper.make_node("Cast", [PREDICTED_FRAMES], ["whole"], to=INT64),
        helper.make_node("Reshape", ["whole", "flat"], [FRAMES]),
    ]
    return _model(
        nodes,
        [("tokens", INT64, [1, "n"]), ("style", FLOAT, [1, 256]), ("speed", FLOAT, [1])],
        [(PREDICTED_FRAMES, FLOAT, [1, "n"]), (FRAMES, INT64, ["n"])],
        zero=np.float32(0),
        three=np.float32(3),
        flat=np.array([-1]),
    )


def _prosody() -> onnx.ModelProto:
    nodes = [
        helper.make_node("ReduceSum", [FRAMES], ["total"], keepdims=1),
        helper.make_node("Mul", ["total", "two"], ["length"]),
        helper.make_node("Concat", ["one", "length"], ["shape"], axis=0),
        helper.make_node("Expand", ["pitch", "shape"], [F0]),
        helper.make_node("Expand", ["loudness", "shape"], [ENERGY]),
    ]
    return _model(
        nodes,
        [(FRAMES, INT64, ["n"])],
        [(F0, FLOAT, [1, "l"]), (ENERGY, FLOAT, [1, "l"])],
        one=np.array([1]),
        two=np.array([2]),
        pitch=np.full((1, 1), 200, np.float32),
        loudness=np.zeros((1, 1), np.float32),
    )


def _harmonics() -> onnx.ModelProto:
    """Each F0 as 300 samples of a hum whose loudness is F0 / 1000; none in the first and last four values."""
    nodes = [
        helper.make_node("Slice", [F0, "four", "minus_four", "axis"], ["inner"]),
        helper.make_node("Pad", ["inner", "margins", "zero"], ["padded"]),
        helper.make_node("Unsqueeze", ["padded", "last"], ["column"]),
        helper.make_node("Mul", ["column", "hum"], ["waves"]),
        helper.make_node("Reshape", ["waves", "row"], [HARMONICS]),
    ]
    return _model(
        nodes,
        [(F0, FLOAT, [1, "l"])],
        [(HARMONICS, FLOAT, [1, "n"])],
        four=np.array([4]),
        minus_four=np.array([-4]),
        axis=np.array([1]),
        margins=np.array([0, 4, 0, 4]),
        zero=np.float32(0),
        last=np.array([2]),
        hum=(np.sin(2 * np.pi * np.arange(300) / 20) / 1000).astype(np.float32)[None, None],
        row=np.array([1, -1]),
    )


def _generator() -> onnx.ModelProto:
    return _model(
        [helper.make_node("Identity", [HARMONIC_SPECTRUM], [SPECTRUM])],
        [(HARMONIC_SPECTRUM, FLOAT, [1, 22, "b"])],
        [(SPECTRUM, FLOAT, [1, 22, "b"])],
    )


def _waveform() -> onnx.ModelProto:
    """The magnitude at 1.2 kHz of each bin but the last, for five samples."""
    nodes = [
        helper.make_node("Slice", [SPECTRUM, "start", "end", "axes"], ["magnitudes"]),
        helper.make_node("Transpose", ["magnitudes"], ["column"], perm=[0, 2, 1]),
        helper.make_node("Mul", ["column", "signs"], ["waves"]),
        helper.make_node("Reshape", ["waves", "flat"], ["audio"]),
    ]
    return _model(
        nodes,
        [(SPECTRUM, FLOAT, [1, 22, "b"])],
        [("audio", FLOAT, ["n"])],
        start=np.array([1, 0]),
        end=np.array([2, -1]),
        axes=np.array([1, 2]),
        signs=np.array([[[1, -1, 1, -1, 0]]], np.float32),
        flat=np.array([-1]),
    )


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[tuple[str, int, list[int | str]]],
    outputs: list[tuple[str, int, list[int | str]]],
    **constants: np.ndarray,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
