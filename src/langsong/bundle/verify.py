"""Comparing a bundle's graphs with the torch models that hold the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
import torch
from torch import nn

from langsong.errors import BundleError

from .example import example_inputs, reference_inputs
from .models import load_models, load_reference, load_vocoder
from .stages import Stage, emotion_stage, vocoder_stages
from .voice import FAST, Voice

TOLERANCE = 1e-3
"""Largest |difference| allowed between torch and the graphs in f32, over values of the order of 1."""


def compare_graphs(voice: Voice) -> dict[str, float]:
    """Largest |difference| of each stage between torch and its graph, on a fixed input, both in f32.

    Raises:
        BundleError: a difference is over `TOLERANCE`, or a graph does not run.
    """
    acoustic, vocoder = load_models(voice)
    models: dict[str, nn.Module] = {"acoustic": acoustic, "vocoder": vocoder}
    core = openvino.Core()
    differences = {}
    for stage in voice.stages:
        inputs = example_inputs(stage, acoustic.config, vocoder.config)
        differences[stage.name] = _difference(core, voice.graph_path(stage.name), models[stage.part], stage, inputs)
    if (reference := voice.manifest.reference) is not None:
        stage, inputs = emotion_stage(reference.emotion_width), reference_inputs(reference.audio.n_mels)
        path = voice.graph_paths[stage.name]
        differences[stage.name] = _difference(core, path, load_reference(voice), stage, inputs)
    if voice.manifest.fast is not None:
        fast = voice.fast
        faster = load_vocoder(fast)
        for stage in vocoder_stages(faster.config):
            inputs = example_inputs(stage, acoustic.config, faster.config)
            found = _difference(core, fast.graph_path(stage.name), faster, stage, inputs)
            differences[f"{FAST}_{stage.name}"] = found
    return differences


def _difference(
    core: openvino.Core, path: Path, model: nn.Module, stage: Stage, inputs: tuple[npt.NDArray[Any], ...]
) -> float:
    """Largest |difference| between a stage of a model and its graph; errors as `compare_graphs`."""
    with torch.inference_mode():
        expected = getattr(model, stage.method)(*map(torch.from_numpy, inputs))
    if isinstance(expected, torch.Tensor):
        expected = (expected,)
    try:
        graph = core.compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        outputs = graph(list(inputs)).to_tuple()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise BundleError(f"{path} does not run: {reason}") from None
    worst = max(float(np.abs(e.numpy() - o).max()) for e, o in zip(expected, outputs, strict=True))
    if not worst <= TOLERANCE:
        raise BundleError(f"{path} differs from its weights by {worst:.2g} (allowed {TOLERANCE:g})")
    return worst
