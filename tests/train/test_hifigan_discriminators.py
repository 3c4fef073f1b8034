"""The discriminators give KAN-TTS's scores, features and losses."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from langsong.errors import CheckpointError
from langsong.train.losses import adversarial_loss, discriminator_loss, feature_matching_loss
from langsong.vocoder.config import PeriodConfig, ScaleConfig
from langsong.vocoder.convert_discriminators import load_discriminators
from langsong.vocoder.discriminators import Discriminators, GroupedConv, WideConv


def opened(shared: Path, name: str) -> tuple[Discriminators, dict[str, Any], dict[str, float]]:
    folder = shared / "reference" / "oracle" / name
    description = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    params = description["params"]
    inner = params["discriminator_params"]
    widths = {
        "channels": inner["channels"],
        "max_channels": inner["max_downsample_channels"],
        "strides": tuple(inner["downsample_scales"]),
    }
    if name == "disc_msd":
        model = Discriminators(ScaleConfig(scales=3, max_groups=inner["max_groups"], **widths), None)
    else:
        model = Discriminators(None, PeriodConfig(periods=tuple(params["periods"]), **widths))
    load_discriminators(model, {description["class"]: load_file(folder / "state.safetensors")})
    with np.load(folder / "io.npz") as io:
        return model.eval(), dict(io), description["losses"]


@pytest.mark.parametrize("name", ["disc_msd", "disc_mpd"])
def test_scores_features_and_losses(shared: Path, name: str) -> None:
    model, io, losses = opened(shared, name)
    with torch.no_grad():
        real, fake = model(torch.from_numpy(io["y"])), model(torch.from_numpy(io["y_hat"]))
    for i, (score, layers) in enumerate(zip(real.scores, real.features, strict=True)):
        np.testing.assert_allclose(score.numpy(), io[f"score{i}"], atol=1e-5)
        sums = [layer.double().abs().sum().item() for layer in layers]
        np.testing.assert_allclose(sums, io[f"fmap_abs{i}"], rtol=1e-4)
    assert adversarial_loss(fake.scores).item() == pytest.approx(losses["gen_adv"], rel=1e-5)
    matching = feature_matching_loss(real.features, fake.features)
    assert matching.item() == pytest.approx(losses["feat_match"], rel=1e-5)
    judged = discriminator_loss(real.scores, fake.scores)
    assert judged.item() == pytest.approx(losses["dis_real"] + losses["dis_fake"], rel=1e-5)


@pytest.mark.parametrize("stride", [1, 3, 4])
@pytest.mark.parametrize("length", [22, 23, 24])
@pytest.mark.parametrize("kind", [WideConv, partial(GroupedConv, groups=2)])
def test_it_is_a_convolution(kind: Callable[..., torch.nn.Conv1d], length: int, stride: int) -> None:
    torch.manual_seed(0)
    fast, x = kind(6, 8, 5, stride, padding=2), torch.randn(3, 6, length, requires_grad=True)
    found, expected = fast(x), torch.nn.Conv1d.forward(fast, x)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    of_output = torch.randn_like(expected)
    assert fast.bias is not None
    learnt = (x, fast.weight, fast.bias)
    for ours, theirs in zip(
        torch.autograd.grad(found, learnt, of_output), torch.autograd.grad(expected, learnt, of_output), strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_matching_features_is_their_mean_distance(kind: torch.dtype) -> None:
    torch.manual_seed(1)
    real, fake = (torch.randn(2, 3, 50).to(kind) for _ in range(2))
    fake[0] = real[0]  # where the gradient is 0
    fake.requires_grad_()
    expected = torch.nn.functional.l1_loss(fake.float(), real.float())
    found = 3 * feature_matching_loss([[real]], [[fake]])
    assert found.item() == pytest.approx(3 * expected.item(), rel=1e-6 if kind == torch.float32 else 4e-3)
    ours, theirs = torch.autograd.grad(found, fake)[0], 3 * torch.autograd.grad(expected, fake)[0]
    torch.testing.assert_close(ours, theirs, atol=0, rtol=1e-6 if kind == torch.float32 else 4e-3)


def test_sizes_are_those_of_the_shipped_models() -> None:
    with torch.device("meta"):
        model = Discriminators(ScaleConfig(), PeriodConfig())
    assert model.period is not None
    assert sum(p.numel() for p in model.period.parameters()) == 41_100_645
    assert model.scale is not None
    # 29 637 445 with the wavelet's filters and the vectors of the spectral normalisation, which are no parameters here
    assert sum(p.numel() for p in model.scale.parameters()) == 29_637_445 - 24 - sum(
        b.numel() for n, b in model.scale.named_buffers() if "_u" in n or "_v" in n
    )


def test_a_checkpoint_of_another_shape_is_refused(shared: Path) -> None:
    state = load_file(shared / "reference" / "oracle" / "disc_mpd" / "state.safetensors")
    model = Discriminators(None, PeriodConfig())
    with pytest.raises(CheckpointError, match="MultiPeriodDiscriminator does not fit"):
        load_discriminators(model, {"MultiPeriodDiscriminator": state})
    stranger = {"head.weight": state["discriminators.0.conv_post.bias"]}
    with pytest.raises(CheckpointError, match=r"unknown tensor 'head\.weight'"):
        load_discriminators(model, {"MultiPeriodDiscriminator": stranger})
