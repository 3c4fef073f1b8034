"""The generator's numbers: KAN-TTS's by its own outputs, the paper's by a reference written from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.convert import convert_generator
from langsong.vocoder.generator import Generator
from langsong.vocoder.source import fundamental_cycles, harmonic_source

if TYPE_CHECKING:
    from conftest import Oracle

PLAIN = ["hifigan_v1_8k", "hifigan_v1_16k", "hifigan_noncausal_v1_16k", "hifigan_v1_48k"]
WITH_SOURCE = ["hifigan_noncausal_nsf_v1_16k", "hifigan_v1_nsf_24k"]

_SIZES = {
    "resblock": "1", "upsample_rates": [8, 8, 2, 2], "upsample_kernel_sizes": [16, 16, 4, 4],
    "upsample_initial_channel": 512, "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5]] * 3, "num_mels": 80,
}  # fmt: skip
PAPER = {
    "V1": _SIZES,
    "V2": _SIZES | {"upsample_initial_channel": 128},
    "V3": _SIZES | {
        "resblock": "2", "upsample_rates": [8, 8, 4], "upsample_kernel_sizes": [16, 16, 8],
        "upsample_initial_channel": 256, "resblock_kernel_sizes": [3, 5, 7],
        "resblock_dilation_sizes": [[1, 2], [2, 6], [3, 12]],
    },
}  # fmt: skip


def loaded(config: GeneratorConfig, state: dict[str, Tensor]) -> Generator:
    generator = Generator(config).eval()
    generator.load_state_dict(convert_generator(state, config))
    return generator


@pytest.mark.parametrize("oracle", PLAIN, indirect=True)
def test_kantts_generator(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    assert config.hop_length == oracle.hop_length
    with torch.no_grad():
        waveform = loaded(config, oracle.state)(torch.from_numpy(oracle.io["mel"]))
    np.testing.assert_allclose(waveform.numpy(), oracle.io["wav"], atol=1e-4, rtol=0)


@pytest.mark.parametrize("oracle", WITH_SOURCE, indirect=True)
def test_kantts_generator_with_source(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    assert config.source is not None
    generator = loaded(config, oracle.state)
    *_, f0, uv = oracle.io["mel"][0]
    sines = harmonic_source(
        fundamental_cycles(f0, config.source.sample_rate, config.hop_length),
        np.repeat(uv, config.hop_length),
        oracle.io["source_phase_uniform"][0, :, 0],
        oracle.io["source_noise"][0],
    )
    source = torch.from_numpy(sines).unsqueeze(0)
    with torch.no_grad():
        excitation = generator.source.excitation(source)
        waveform = generator(torch.from_numpy(oracle.io["mel"][:, :-2]), source)
    np.testing.assert_allclose(excitation.numpy(), oracle.io["excitation"], atol=2e-5, rtol=0)
    np.testing.assert_allclose(waveform.numpy(), oracle.io["wav"], atol=1e-4, rtol=0)


def test_source_and_generator_must_match() -> None:
    config = GeneratorConfig.from_hifigan(_SIZES | {"upsample_initial_channel": 16})
    mel, source = torch.zeros(1, 80, 2), torch.zeros(1, 8, 512)
    with pytest.raises(ValueError, match="takes no source"):
        Generator(config)(mel, source)
    with_source = GeneratorConfig.model_validate(
        config.model_dump() | {"source": {"harmonics": 8, "sample_rate": 8000}}
    )
    with pytest.raises(ValueError, match="needs a source"):
        Generator(with_source)(mel)


def paper_convs(config: dict[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and weight shapes of the paper's generator."""
    width = config["upsample_initial_channel"]
    yield "conv_pre", (width, config["num_mels"], 7)
    for i, kernel in enumerate(config["upsample_kernel_sizes"]):
        yield f"ups.{i}", (width, width // 2, kernel)
        width //= 2
        for j, kernel in enumerate(config["resblock_kernel_sizes"]):
            block = f"resblocks.{len(config['resblock_kernel_sizes']) * i + j}"
            for d in range(len(config["resblock_dilation_sizes"][j])):
                for convs in ("convs1", "convs2") if config["resblock"] == "1" else ("convs",):
                    yield f"{block}.{convs}.{d}", (width, width, kernel)
    yield "conv_post", (1, width, 7)


def random_paper_state(config: dict[str, Any]) -> dict[str, Tensor]:
    state = {}
    for name, shape in paper_convs(config):
        state[f"{name}.weight_v"] = torch.randn(shape)
        state[f"{name}.weight_g"] = 0.3 + torch.rand(shape[0], 1, 1)
        state[f"{name}.bias"] = 0.1 * torch.randn(shape[1] if name.startswith("ups") else shape[0])
    return state


def paper_generator(config: dict[str, Any], state: dict[str, Tensor], mel: Tensor) -> Tensor:
    """Kong et al. 2020, section 2.2 and appendix A.1, tensor by tensor."""

    def conv(name: str, x: Tensor, dilation: int = 1) -> Tensor:
        v = state[f"{name}.weight_v"]
        w = state[f"{name}.weight_g"] * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
        return F.conv1d(x, w, state[f"{name}.bias"], padding=(v.shape[-1] - 1) * dilation // 2, dilation=dilation)

    def deconv(name: str, x: Tensor, scale: int) -> Tensor:
        v = state[f"{name}.weight_v"]
        w = state[f"{name}.weight_g"] * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
        return F.conv_transpose1d(x, w, state[f"{name}.bias"], stride=scale, padding=(v.shape[-1] - scale) // 2)

    x = conv("conv_pre", mel)
    kernels = len(config["resblock_kernel_sizes"])
    for i, scale in enumerate(config["upsample_rates"]):
        x = deconv(f"ups.{i}", F.leaky_relu(x, 0.1), scale)
        fused = torch.zeros_like(x)
        for j, dilations in enumerate(config["resblock_dilation_sizes"]):
            block, y = f"resblocks.{kernels * i + j}", x
            for d, dilation in enumerate(dilations):
                if config["resblock"] == "1":
                    inner = conv(f"{block}.convs1.{d}", F.leaky_relu(y, 0.1), dilation)
                    y = y + conv(f"{block}.convs2.{d}", F.leaky_relu(inner, 0.1))
                else:
                    y = y + conv(f"{block}.convs.{d}", F.leaky_relu(y, 0.1), dilation)
            fused = fused + y
        x = fused / kernels
    return torch.tanh(conv("conv_post", F.leaky_relu(x)))


@pytest.mark.parametrize("version", PAPER)
def test_paper_generator(version: str) -> None:
    state, mel = random_paper_state(PAPER[version]), torch.randn(2, 80, 9)
    config = GeneratorConfig.from_hifigan(PAPER[version])
    with torch.no_grad():
        expected = paper_generator(PAPER[version], state, mel)
        waveform = loaded(config, state)(mel)
    assert waveform.shape == (2, 1, 9 * 256)
    assert expected.abs().max() > 0.05
    torch.testing.assert_close(waveform, expected, atol=1e-5, rtol=0)


def test_universal_vocoder_loads_whole_and_keeps_silence_silent(shared: Path) -> None:
    folder = shared / "voices" / "hifigan_universal_22k"
    config = GeneratorConfig.from_hifigan(json.loads((folder / "config.json").read_text()))
    generator = loaded(config, load_file(folder / "generator.safetensors"))
    assert sum(p.numel() for p in generator.parameters()) == 13_926_017
    silence = torch.full((1, 80, 12), float(np.log(1e-5)))
    with torch.no_grad():
        waveform = generator(silence)
    assert waveform.shape == (1, 1, 12 * 256)
    assert waveform.square().mean().sqrt() < 1e-3
