"""The exported graph computes what torch computes, at any length."""

from __future__ import annotations

import io
from inspect import signature

import numpy as np
import openvino
import pytest
import torch

from langsong.vocoder.config import GeneratorConfig, SourceConfig
from langsong.vocoder.generator import Generator

SOURCE = SourceConfig(harmonics=8, sample_rate=16000)
KANTTS = GeneratorConfig(
    in_channels=80, channels=32, upsample_scales=(8, 2, 2), upsample_kernel_sizes=(16, 4, 4),
    resblock_kernel_sizes=(3, 7), resblock_dilations=((1, 3), (1, 5)), sine_skip=True, repeat_upsample=True,
)  # fmt: skip
CASES = {
    "causal": KANTTS.model_copy(update={"causal": True}),
    "causal with source": KANTTS.model_copy(update={"causal": True, "source": SOURCE}),
    "centred with source": KANTTS.model_copy(update={"source": SOURCE}),
    "paper": GeneratorConfig(
        in_channels=80, channels=32, upsample_scales=(8, 4), upsample_kernel_sizes=(16, 8), resblock_type=2,
        resblock_kernel_sizes=(3, 5), resblock_dilations=((1, 2), (2, 6)),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings(
    "ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning",
    "ignore:The feature will be removed:DeprecationWarning:torch.onnx",
    "ignore:Constant folding - Only steps=1 can be constant folded:UserWarning",
)
@pytest.mark.parametrize("case", CASES)
def test_openvino_agrees_with_torch(case: str) -> None:
    config = CASES[case]
    generator = Generator(config).eval()

    def inputs(frames: int) -> dict[str, torch.Tensor]:
        given = {"mel": torch.randn(1, config.in_channels, frames)}
        if config.source:
            given["source"] = torch.randn(1, config.source.harmonics, frames * config.hop_length)
        return given

    file = io.BytesIO()
    example = inputs(5)
    tracing = {"dynamo": False} if "dynamo" in signature(torch.onnx.export).parameters else {}  # not before torch 2.5
    torch.onnx.export(
        generator, tuple(example.values()), file, **tracing, opset_version=17, do_constant_folding=False,
        input_names=list(example), output_names=["waveform"],
        dynamic_axes={name: {2: f"{name}_length"} for name in (*example, "waveform")},
    )  # fmt: skip
    core = openvino.Core()
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
    compiled = core.compile_model(core.read_model(file.getvalue(), b""), "CPU", settings)
    for frames in (1, 5, 23):
        given = inputs(frames)
        with torch.no_grad():
            expected = generator(**given).numpy()
        waveform = compiled({name: tensor.numpy() for name, tensor in given.items()})["waveform"]
        assert waveform.shape == (1, 1, frames * config.hop_length)
        assert np.abs(expected).max() > 0.05
        np.testing.assert_allclose(waveform, expected, atol=1e-5, rtol=0)
