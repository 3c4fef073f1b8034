"""Comparing a bundle's graphs with the torch models that hold the same weights."""

from __future__ import annotations

import numpy as np
import openvino
import torch

from langsong.errors import BundleError

from .example import example_inputs, reference_inputs
from .models import load_models, load_reference
from .stages import emotion_stage
from .voice import Voice

TOLERANCE = 1e-3
"""Largest |difference| allowed between torch and the graphs in f32, over values of the order of 1."""


def compare_graphs(voice: Voice) -> dict[str, float]:
    """Largest |difference| of each stage between torch and its graph, on a fixed input, both in f32.

    Raises:
        BundleError: a difference is over `TOLERANCE`, or a graph does not run.
    """
    acoustic, vocoder = load_models(voice)
    models: dict[str, torch.nn.Module] = {"acoustic": acoustic, "vocoder": vocoder}
    stages = [(stage, example_inputs(stage, acoustic.config, vocoder.config)) for stage in voice.stages]
    if (reference := voice.manifest.reference) is not None:
        models["reference"] = load_reference(voice)
        stages.append((emotion_stage(reference.emotion_width), reference_inputs(reference.audio.n_mels)))
    core = openvino.Core()
    differences: dict[str, float] = {}
    for stage, inputs in stages:
        path = voice.graph_paths[stage.name]
        with torch.inference_mode():
            expected = getattr(models[stage.part], stage.method)(*map(torch.from_numpy, inputs))
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
        differences[stage.name] = worst
    return differences
