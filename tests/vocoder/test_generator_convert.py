"""Conversion is strict: every tensor is used, and what is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from langsong.errors import CheckpointError
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.convert import convert_generator

if TYPE_CHECKING:
    from conftest import Oracle

pytestmark = pytest.mark.parametrize("oracle", ["hifigan_v1_nsf_24k"], indirect=True)

DECONV = "transpose_upsamples.0.1.deconv"


def new_style(state: dict[str, Tensor]) -> dict[str, Tensor]:
    names = {"weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1"}
    renamed = {}
    for key, tensor in state.items():
        module, _, kind = key.rpartition(".")
        renamed[f"{module}.{names.get(kind, kind)}"] = tensor
    return renamed


def folded_by_torch(state: dict[str, Tensor]) -> dict[str, Tensor]:
    plain = {k: t for k, t in state.items() if k.endswith(".bias")}
    for key in (k for k in state if k.endswith("weight_v")):
        v, g = state[key], state[key.removesuffix("v") + "g"]
        plain[key.removesuffix("_v")] = torch._weight_norm(v, g, 0)
    return plain


def test_the_three_ways_to_write_a_weight_agree(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    expected = convert_generator(folded_by_torch(oracle.state), config)
    for state in (oracle.state, new_style(oracle.state)):
        converted = convert_generator(state, config)
        assert converted.keys() == expected.keys()
        for name, tensor in converted.items():
            torch.testing.assert_close(tensor, expected[name], atol=1e-6, rtol=1e-6)


def test_half_precision_comes_out_as_float32(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    converted = convert_generator({k: t.half() for k, t in oracle.state.items()}, config)
    assert {t.dtype for t in converted.values()} == {torch.float32}


def test_missing_tensors_are_named(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    for key in (f"{DECONV}.bias", "source_module.ffn.0.weight_v", "conv_pre.conv1d.bias"):
        with pytest.raises(CheckpointError, match=f"lacks {key.split('.weight')[0]}"):
            convert_generator({k: t for k, t in oracle.state.items() if k != key}, config)
    with pytest.raises(CheckpointError, match=rf"lacks {DECONV}\.weight$"):
        convert_generator({k: t for k, t in oracle.state.items() if k != f"{DECONV}.weight_g"}, config)


def test_unexpected_tensors_are_named(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    with pytest.raises(CheckpointError, match=r"more than its config describes: conv_blocks\.99\.bias$"):
        convert_generator(oracle.state | {"conv_blocks.99.bias": torch.zeros(1)}, config)
    without_source = config.model_copy(update={"source": None})
    with pytest.raises(CheckpointError, match=r"source_downs\.0\.conv1d\.bias, .* and 5 more$"):
        convert_generator(oracle.state, without_source)
    doubled = oracle.state | {f"{DECONV}.weight": torch.zeros(32, 16, 16)}
    with pytest.raises(CheckpointError, match=rf"{DECONV}\.weight_g, {DECONV}\.weight_v$"):
        convert_generator(doubled, config)


def test_wrong_shapes_are_named(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    wider = config.model_copy(update={"in_channels": 82})
    with pytest.raises(CheckpointError, match=r"conv_pre.* \(32, 80, 7\), its config wants \(32, 82, 7\)"):
        convert_generator(oracle.state, wider)
    with pytest.raises(CheckpointError, match=r"weight_g has the shape \(16, 1, 1\), not \(32, 1, 1\)"):
        convert_generator(oracle.state | {f"{DECONV}.weight_g": torch.ones(16, 1, 1)}, config)


def test_damaged_numbers_are_named(oracle: Oracle) -> None:
    config = GeneratorConfig.from_kantts(oracle.params)
    for damage in ({"conv_post.conv1d.bias": torch.tensor([torch.nan])},
                   {"conv_post.conv1d.weight_v": torch.zeros(1, 2, 7)}):  # fmt: skip
        with pytest.raises(CheckpointError, match=r"not finite in conv_post"):
            convert_generator(oracle.state | damage, config)
