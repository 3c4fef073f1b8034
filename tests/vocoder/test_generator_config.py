"""Configurations: where they come from, what they refuse, and that context_frames says the truth."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor

from langsong.errors import CheckpointError
from langsong.vocoder.config import GeneratorConfig, SourceConfig
from langsong.vocoder.generator import Generator

KANTTS = {
    "in_channels": 80, "out_channels": 1, "channels": 256, "kernel_size": 7,
    "upsample_scales": [10, 5, 2, 2], "upsample_kernal_sizes": [20, 11, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11], "resblock_dilations": [[1, 3, 5, 7]] * 3,
    "bias": True, "causal": False, "use_weight_norm": True,
    "nonlinear_activation": "LeakyReLU", "nonlinear_activation_params": {"negative_slope": 0.1},
    "nsf_params": {"nb_harmonics": 7, "sampling_rate": 16000, "nsf_norm_type": "global"},
}  # fmt: skip
V3 = {
    "resblock": "2", "upsample_rates": [8, 8, 4], "upsample_kernel_sizes": [16, 16, 8],
    "upsample_initial_channel": 256, "resblock_kernel_sizes": [3, 5, 7],
    "resblock_dilation_sizes": [[1, 2], [2, 6], [3, 12]],
    "num_mels": 80, "batch_size": 16, "sampling_rate": 22050,
}  # fmt: skip
TINY = GeneratorConfig(
    in_channels=3, channels=8, upsample_scales=(3, 2), upsample_kernel_sizes=(5, 4),
    resblock_kernel_sizes=(3, 5), resblock_dilations=((1, 3), (1, 2)),
)  # fmt: skip


def test_kantts_parameters() -> None:
    config = GeneratorConfig.from_kantts(KANTTS)
    assert config == GeneratorConfig(
        in_channels=80, channels=256, kernel_size=7, upsample_scales=(10, 5, 2, 2),
        upsample_kernel_sizes=(20, 11, 4, 4), resblock_type=1, resblock_kernel_sizes=(3, 7, 11),
        resblock_dilations=((1, 3, 5, 7),) * 3, causal=False, sine_skip=True, repeat_upsample=True,
        source=SourceConfig(harmonics=8, sample_rate=16000),
    )  # fmt: skip
    assert config.hop_length == 200
    assert [stage.source_rate for stage in config.stages] == [20, 4, 2, 1]
    assert [stage.channels_out for stage in config.stages] == [128, 64, 32, 16]


def test_paper_config() -> None:
    assert GeneratorConfig.from_hifigan(V3) == GeneratorConfig(
        in_channels=80, channels=256, upsample_scales=(8, 8, 4), upsample_kernel_sizes=(16, 16, 8),
        resblock_type=2, resblock_kernel_sizes=(3, 5, 7), resblock_dilations=((1, 2), (2, 6), (3, 12)),
    )  # fmt: skip


@pytest.mark.parametrize("key", ["in_channels", "upsample_kernal_sizes", "causal", "resblock_dilations"])
def test_a_missing_kantts_key_is_named(key: str) -> None:
    with pytest.raises(CheckpointError, match=rf"missing {key}$"):
        GeneratorConfig.from_kantts({k: v for k, v in KANTTS.items() if k != key})


def test_all_missing_keys_are_named() -> None:
    with pytest.raises(CheckpointError, match=r"missing num_mels, resblock$"):
        GeneratorConfig.from_hifigan({k: v for k, v in V3.items() if k not in ("num_mels", "resblock")})
    with pytest.raises(CheckpointError, match=r"missing sampling_rate$"):
        GeneratorConfig.from_kantts(KANTTS | {"nsf_params": {"nb_harmonics": 7}})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"out_channels": 4}, "out_channels is 4"),
        ({"nonlinear_activation": "ELU"}, "nonlinear_activation is 'ELU'"),
        ({"nonlinear_activation_params": {"negative_slope": 0.2}}, "negative_slope is 0.2"),
        ({"channels": 24}, "cannot be halved 4 times"),
        ({"upsample_kernal_sizes": [20, 10, 4, 4]}, "5 with 10 taps cannot be centred"),
        ({"upsample_kernal_sizes": [20, 3, 4, 4]}, "needs at least as many taps"),
        ({"upsample_kernal_sizes": [20, 11, 4]}, "differ in length"),
        ({"upsample_scales": [10, 5, "x", 2]}, r"upsample_scales\.2"),
    ],
)
def test_what_no_generator_can_be_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(CheckpointError, match=complaint):
        GeneratorConfig.from_kantts(KANTTS | change)


def test_unknown_fields_are_refused_and_json_round_trips() -> None:
    config = GeneratorConfig.from_kantts(KANTTS)
    assert GeneratorConfig.model_validate_json(config.model_dump_json()) == config
    with pytest.raises(ValidationError, match="extra_forbidden"):
        GeneratorConfig.model_validate(config.model_dump() | {"bias": True})


def test_config_and_source_do_without_torch() -> None:
    code = "import sys, langsong.vocoder.config, langsong.vocoder.source; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@st.composite
def configs(draw: st.DrawFn) -> GeneratorConfig:
    """Narrow generators of every shape."""
    causal = draw(st.booleans())
    source = draw(st.sampled_from([None, SourceConfig(harmonics=2, sample_rate=8000)]))
    scales = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    if source and not causal:
        scales[-1] = 2  # makes every later rate even
    spare = draw(st.lists(st.integers(0, 3), min_size=len(scales), max_size=len(scales)))
    kernels = draw(st.lists(st.sampled_from([1, 3, 5]), min_size=1, max_size=2))
    dilations = draw(
        st.lists(
            st.lists(st.integers(1, 4), min_size=1, max_size=2),
            min_size=len(kernels), max_size=len(kernels),
        )
    )  # fmt: skip
    return GeneratorConfig(
        in_channels=2,
        channels=2 ** len(scales),
        kernel_size=draw(st.sampled_from([1, 3, 7])),
        upsample_scales=tuple(scales),
        upsample_kernel_sizes=tuple(s + (n if causal else 2 * n) for s, n in zip(scales, spare, strict=True)),
        resblock_type=draw(st.sampled_from([1, 2])),
        resblock_kernel_sizes=tuple(kernels),
        resblock_dilations=tuple(map(tuple, dilations)),
        causal=causal,
        sine_skip=draw(st.booleans()),
        repeat_upsample=draw(st.booleans()),
        source=source,
    )


def inputs(config: GeneratorConfig, frames: int, dtype: torch.dtype) -> list[Tensor]:
    """Random (1, C, T) mel and, if there is a source, (1, H, T·hop)."""
    mel = torch.randn(1, config.in_channels, frames, dtype=dtype)
    if config.source is None:
        return [mel]
    return [mel, torch.randn(1, config.source.harmonics, frames * config.hop_length, dtype=dtype)]


@given(configs())
@example(GeneratorConfig.from_kantts(KANTTS | {"channels": 16}))
@example(GeneratorConfig.from_hifigan(V3 | {"upsample_initial_channel": 8}))
@settings(max_examples=60, deadline=None)
def test_samples_depend_on_their_context_and_on_nothing_else(config: GeneratorConfig) -> None:
    """The gradient of one frame's samples is zero outside the context, and not zero at both its ends."""
    before, after = config.context_frames
    if config.causal:
        assert after == 0
    generator = Generator(config).double()
    frame, hop = before + 2, config.hop_length
    given_ = inputs(config, before + after + 5, torch.float64)
    for tensor in given_:
        tensor.requires_grad_()
    waveform = generator(*given_)
    assert waveform.shape == (1, 1, (before + after + 5) * hop)
    (waveform[..., frame * hop : (frame + 1) * hop] * torch.randn(hop, dtype=torch.float64)).sum().backward()
    seen = torch.zeros(before + after + 5, dtype=torch.bool)
    for tensor in given_:
        assert tensor.grad is not None
        seen |= (tensor.grad.reshape(tensor.shape[1], len(seen), -1) != 0).any(dim=2).any(dim=0)
    assert seen.nonzero().flatten().min() == frame - before
    assert seen.nonzero().flatten().max() == frame + after


@pytest.mark.parametrize(
    ("params", "context"),
    [
        (KANTTS, (18, 18)),
        (KANTTS | {"causal": True}, (35, 0)),
        (V3, (11, 11)),
    ],
)
def test_context_of_published_generators(params: dict[str, object], context: tuple[int, int]) -> None:
    read = GeneratorConfig.from_hifigan if "resblock" in params else GeneratorConfig.from_kantts
    assert read(params).context_frames == context


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_chunks_with_context_equal_the_whole(chunks: list[int], causal: bool, with_source: bool) -> None:
    source = SourceConfig(harmonics=2, sample_rate=8000) if with_source else None
    config = TINY.model_copy(update={"causal": causal, "source": source, "sine_skip": True})
    generator, hop, (before, after) = Generator(config).eval(), config.hop_length, config.context_frames
    given_ = inputs(config, sum(chunks), torch.float32)
    with torch.no_grad():
        whole = generator(*given_)
        parts, start = [], 0
        for length in chunks:
            first, last = max(0, start - before), min(sum(chunks), start + length + after)
            stretch = [t[..., first * t.shape[-1] // sum(chunks) : last * t.shape[-1] // sum(chunks)] for t in given_]
            parts.append(generator(*stretch)[..., (start - first) * hop :][..., : length * hop])
            start += length
    torch.testing.assert_close(torch.cat(parts, dim=-1), whole, atol=1e-6, rtol=0)
