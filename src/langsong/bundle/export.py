"""From torch models to a bundle's files: one safetensors file of weights, and graphs that read it.

Graphs are ONNX. Their initialisers are not stored in them but point into the safetensors file (which is a
header and then plain little-endian arrays), so every number is on disk once.
"""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file
from torch import Tensor, nn

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.reference import ReferenceEncoder
from langsong.acoustic.sambert import SamBert
from langsong.audio.spec import AudioSpec
from langsong.vocoder.build import Vocoder
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder

from .example import example_inputs, reference_inputs
from .manifest import WEIGHTS_FILE, FastVocoder, File, ReferenceSection
from .stages import Stage, emotion_stage, stages_of, vocoder_stages
from .voice import FAST, sha256_of

OPSET = 17


@dataclass(frozen=True)
class Slot:
    """Where a tensor lies in the weights file."""

    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int


class _StageModule(nn.Module):
    """Makes one method of a model the module that the exporter wants."""

    def __init__(self, model: nn.Module, method: str) -> None:
        super().__init__()
        self.model = model
        self.method = method

    def forward(self, *inputs: Tensor) -> Any:
        return getattr(self.model, self.method)(*inputs)


def save_weights(acoustic: SamBert, vocoder: Vocoder, path: Path, precision: str, extra: Mapping[str, Tensor]) -> None:
    """Write both models' weights and `extra` tensors, and round the models themselves to what was written.

    Args:
        precision: "float32" or "float16".
    """
    dtype = getattr(torch, precision)
    tensors: dict[str, Tensor] = dict(extra)
    tensors |= _stored(acoustic, "acoustic", dtype) | _stored(vocoder, "vocoder", dtype)
    save_file(tensors, path, metadata={"format": "langsong"})
    path.chmod(0o644)  # it is made for its owner alone; an installed voice is for all


def _stored(model: nn.Module, prefix: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """A model's tensors as they are written; the model itself is rounded to them."""
    tensors = {}
    for name, tensor in model.state_dict().items():
        stored = tensor.to(dtype).contiguous()
        tensor.copy_(stored)
        tensors[f"{prefix}.{name}"] = stored
    return tensors


def read_slots(path: Path) -> Mapping[str, Slot]:
    """The tensors of a safetensors file and their places in it."""
    with path.open("rb") as stream:
        (size,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(size))
    header.pop("__metadata__", None)
    return {
        name: Slot(
            entry["dtype"],
            tuple(entry["shape"]),
            8 + size + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
    }


def _trace(model: nn.Module, stage: Stage, inputs: tuple[Tensor, ...], path: Path) -> onnx.ModelProto:
    """Export one stage with its weights as named initialisers."""
    axes = {name: axis for name, axis in {**stage.inputs, **stage.outputs}.items() if axis}
    # torch 2.5 learned a second exporter; the tracing one is the only one before.
    tracing: dict[str, Any] = {"dynamo": False} if "dynamo" in signature(torch.onnx.export).parameters else {}
    with warnings.catch_warnings(), torch.inference_mode():
        # The tracing exporter is deprecated in favour of one that needs onnxscript and specialises LSTMs.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _StageModule(model, stage.method),
            inputs,
            str(path),
            input_names=list(stage.inputs),
            output_names=list(stage.outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=False,
            **tracing,
        )
    return onnx.load_model(path)


def _externalise(graph: onnx.GraphProto, prefix: str, slots: Mapping[str, Slot], location: str) -> None:
    """Let initialisers that are model weights point into the weights file; half-precision ones get a cast."""
    kept, casts = [], []
    for initializer in graph.initializer:
        name = initializer.name.removeprefix("model.")
        slot = slots.get(f"{prefix}.{name}")
        if slot is None:
            kept.append(initializer)
            continue
        half = slot.dtype == "F16"
        tensor = TensorProto(
            name=f"{initializer.name}.stored" if half else initializer.name,
            data_type=TensorProto.FLOAT16 if half else TensorProto.FLOAT,
            dims=slot.shape,
            data_location=TensorProto.EXTERNAL,
        )
        for key, value in (
            ("location", location),
            ("offset", str(slot.offset)),
            ("length", str(slot.length)),
        ):
            tensor.external_data.add(key=key, value=value)
        kept.append(tensor)
        if half:
            casts.append(helper.make_node("Cast", [tensor.name], [initializer.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)


def export_graphs(acoustic: SamBert, vocoder: Vocoder, folder: Path) -> dict[str, File]:
    """Write one ONNX graph per stage beside `WEIGHTS_FILE`, which must be there already.

    Args:
        acoustic, vocoder: in evaluation mode, with the very weights that are in the file.
        folder: the bundle.

    Returns:
        The manifest's entries.
    """
    slots = read_slots(folder / WEIGHTS_FILE)
    models: dict[str, nn.Module] = {"acoustic": acoustic, "vocoder": vocoder}
    graphs = {}
    for stage in stages_of(acoustic.config, vocoder.config):
        inputs = example_inputs(stage, acoustic.config, vocoder.config)
        path = folder / f"{stage.name}.onnx"
        graphs[stage.name] = _export(models[stage.part], stage, inputs, path, slots, WEIGHTS_FILE)
    return graphs


def export_reference(
    encoder: ReferenceEncoder, emotions: Sequence[str], audio: AudioSpec, provenance: str, folder: Path
) -> ReferenceSection:
    """Write a reference encoder's weights, in float16, and its graph into a bundle.

    Args:
        encoder: in evaluation mode; it is rounded to what is written.
        emotions: its categories.
        audio: of the mel spectrograms that it reads.
        provenance: for the manifest.
        folder: the bundle.

    Returns:
        The manifest's section.
    """
    width = encoder.row.out_features if encoder.row is not None else 0
    stage = emotion_stage(width)
    weights = _save_apart(encoder, stage.part, folder / f"{stage.name}.safetensors", torch.float16)
    path = folder / f"{stage.name}.onnx"
    return ReferenceSection(
        emotions=tuple(emotions),
        audio=audio,
        emotion_width=width,
        provenance=provenance,
        graph=_export(encoder, stage, reference_inputs(audio.n_mels), path, read_slots(weights), weights.name),
        weights=File(file=weights.name, sha256=sha256_of(weights)),
    )


def export_fast(
    vocoder: HarmonicNoiseVocoder, acoustic: AcousticConfig, provenance: str, folder: Path, precision: str
) -> FastVocoder:
    """Write a fast vocoder's weights and its graphs into a bundle.

    Args:
        vocoder: in evaluation mode; it is rounded to what is written.
        acoustic: of the voice.
        provenance: for the manifest.
        folder: the bundle.
        precision: "float32" or "float16", of the weights on disk.

    Returns:
        The manifest's section.
    """
    weights = _save_apart(vocoder, "vocoder", folder / f"{FAST}.safetensors", getattr(torch, precision))
    slots = read_slots(weights)
    graphs = {
        stage.name: _export(
            vocoder,
            stage,
            example_inputs(stage, acoustic, vocoder.config),
            folder / f"{FAST}_{stage.name}.onnx",
            slots,
            weights.name,
        )
        for stage in vocoder_stages(vocoder.config)
    }
    return FastVocoder(
        vocoder=vocoder.config,
        provenance=provenance,
        graphs=graphs,
        weights=File(file=weights.name, sha256=sha256_of(weights)),
    )


def _save_apart(model: nn.Module, prefix: str, path: Path, dtype: torch.dtype) -> Path:
    """A model's weights in a file of their own; the model is rounded to them."""
    save_file(_stored(model, prefix, dtype), path, metadata={"format": "langsong"})
    path.chmod(0o644)
    return path


def _export(
    model: nn.Module,
    stage: Stage,
    inputs: tuple[npt.NDArray[Any], ...],
    path: Path,
    slots: Mapping[str, Slot],
    weights: str,
) -> File:
    """Write the graph of one stage; `slots` are those of the file `weights` beside it."""
    exported = _trace(model, stage, tuple(torch.from_numpy(x) for x in inputs), path)
    _externalise(exported.graph, stage.part, slots, weights)
    path.write_bytes(exported.SerializeToString(deterministic=True))
    return File(file=path.name, sha256=sha256_of(path))
