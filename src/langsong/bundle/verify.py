"""Comparing a bundle's graphs with the torch models that hold the same weights."""

from __future__ import annotations

import numpy as np
import openvino
import torch
from safetensors.torch import load_file

from langsong.acoustic.sambert import SamBert
from langsong.errors import BundleError
from langsong.vocoder.generator import Generator

from .example import example_inputs
from .voice import Voice

TOLERANCE = 1e-3
"""Largest |difference| allowed between torch and the graphs in f32, over values of the order of 1."""


def load_models(voice: Voice) -> tuple[SamBert, Generator]:
    """Both torch models with the bundle's weights, in evaluation mode.

    Raises:
        BundleError: the weights do not fit the manifest.
    """
    weights = load_file(voice.weights_path)
    manifest = voice.manifest
    models = SamBert(manifest.acoustic), Generator(manifest.vocoder)
    for prefix, model in zip(("acoustic.", "vocoder."), models, strict=True):
        part = {k.removeprefix(prefix): v.float() for k, v in weights.items() if k.startswith(prefix)}
        try:
            model.load_state_dict(part, strict=True)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:200]
            raise BundleError(f"{voice.weights_path} does not fit its manifest: {reason}") from None
        model.eval()
    return models


def compare_graphs(voice: Voice) -> dict[str, float]:
    """Largest |difference| of each stage between torch and its graph, on a fixed input, both in f32.

    Raises:
        BundleError: a difference is over `TOLERANCE`, or a graph does not run.
    """
    acoustic, vocoder = load_models(voice)
    core = openvino.Core()
    differences: dict[str, float] = {}
    for stage in voice.stages:
        inputs = example_inputs(stage, acoustic.config, vocoder.config)
        with torch.inference_mode():
            model = acoustic if stage.part == "acoustic" else vocoder
            expected = getattr(model, stage.method)(*map(torch.from_numpy, inputs))
        if isinstance(expected, torch.Tensor):
            expected = (expected,)
        try:
            graph = core.compile_model(
                str(voice.graph_path(stage.name)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
            )
            outputs = graph(list(inputs)).to_tuple()
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise BundleError(f"{voice.graph_path(stage.name)} does not run: {reason}") from None
        worst = max(float(np.abs(e.numpy() - o).max()) for e, o in zip(expected, outputs, strict=True))
        if not worst <= TOLERANCE:
            raise BundleError(
                f"{voice.graph_path(stage.name)} differs from its weights by {worst:.2g} (allowed {TOLERANCE:g})"
            )
        differences[stage.name] = worst
    return differences
