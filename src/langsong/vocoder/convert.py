"""Published generator checkpoints to ours: renamed, weight normalisation folded, nothing left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from langsong.errors import CheckpointError
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.generator import Generator

_WEIGHT_NORM = (
    ("weight_g", "weight_v"),
    ("parametrizations.weight.original0", "parametrizations.weight.original1"),
)
"""Magnitude and direction, as the older and the newer of torch's weight normalisations name them."""


def convert_generator(state: Mapping[str, Tensor], config: GeneratorConfig) -> dict[str, Tensor]:
    """The state dict of ``Generator(config)`` from KAN-TTS's or from the HiFi-GAN paper's implementation.

    Weight normalisation, old style or new, is folded: w = g·v / ‖v‖, the norm over all dimensions but the
    first (Salimans & Kingma 2016). Numbers come out as float32.

    Args:
        state: the source's generator, by its own keys.
        config: what the generator shall be.

    Raises:
        CheckpointError: a tensor is missing, unexpected, of another shape or not finite.
    """
    with torch.device("meta"):
        wanted = {name: tuple(tensor.shape) for name, tensor in Generator(config).state_dict().items()}
    is_kantts = any(key.startswith("conv_pre.conv1d.") for key in state)
    theirs = dict(_kantts_names(config) if is_kantts else _paper_names(config))
    plain = _folded(state)
    sources = {name: _renamed(name, theirs) for name in wanted}
    _refuse("lacks", [source for source in sources.values() if source not in plain])
    _refuse("has more than its config describes:", sorted(plain.keys() - sources.values()))
    converted = {name: plain[source].float() for name, source in sources.items()}
    for name, tensor in converted.items():
        if tuple(tensor.shape) != wanted[name]:
            raise CheckpointError(
                f"{sources[name]} has the shape {tuple(tensor.shape)}, its config wants {wanted[name]}"
            )
    _refuse(
        "has numbers that are not finite in",
        [sources[n] for n, t in converted.items() if not t.isfinite().all()],
    )
    return converted


def _kantts_names(config: GeneratorConfig) -> Iterator[tuple[str, str]]:
    """Our convolutions and what KAN-TTS calls them."""
    yield "pre", "conv_pre.conv1d"
    yield "post", "conv_post.conv1d"
    yield "source.mix", "source_module.ffn.0"
    for i in range(len(config.stages)):
        yield f"up.{i}.deconv", f"transpose_upsamples.{i}.1.deconv"
        yield f"up.{i}.conv", f"repeat_upsamples.{i}.2.conv1d"
        yield f"source.down.{i}", f"source_downs.{i}.conv1d"
    for ours, block, d in _block_convs(config):
        yield f"{ours}.a.{d}", f"conv_blocks.{block}.convs1.{d}.conv1d"
        yield f"{ours}.b.{d}", f"conv_blocks.{block}.convs2.{d}.conv1d"


def _paper_names(config: GeneratorConfig) -> Iterator[tuple[str, str]]:
    """Our convolutions and what the paper's implementation calls them."""
    yield "pre", "conv_pre"
    yield "post", "conv_post"
    for i in range(len(config.stages)):
        yield f"up.{i}.deconv", f"ups.{i}"
    for ours, block, d in _block_convs(config):
        yield f"{ours}.a.{d}", f"resblocks.{block}.{'convs1' if config.resblock_type == 1 else 'convs'}.{d}"
        yield f"{ours}.b.{d}", f"resblocks.{block}.convs2.{d}"


def _block_convs(config: GeneratorConfig) -> Iterator[tuple[str, int, int]]:
    """Our name of each residual block, its running number, and the index of each of its dilations."""
    parallel = len(config.resblock_dilations)
    for i in range(len(config.stages)):
        for j, dilations in enumerate(config.resblock_dilations):
            for d in range(len(dilations)):
                yield f"blocks.{i}.{j}", parallel * i + j, d


def _renamed(name: str, theirs: Mapping[str, str]) -> str:
    module, _, kind = name.rpartition(".")
    return f"{theirs.get(module, module)}.{kind}"


def _folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`state` with every magnitude-and-direction pair replaced by the weight it stands for."""
    plain = dict(state)
    for magnitude, direction in _WEIGHT_NORM:
        for key in [k for k in state if k.endswith(f".{direction}")]:
            module = key.removesuffix(direction)
            if module + magnitude in plain and f"{module}weight" not in plain:
                v, g = plain.pop(key).float(), plain.pop(module + magnitude).float()
                norm = v.flatten(1).norm(dim=1).reshape(-1, *[1] * (v.dim() - 1))
                if g.shape != norm.shape:
                    raise CheckpointError(
                        f"{module}{magnitude} has the shape {tuple(g.shape)}, not {tuple(norm.shape)}"
                    )
                plain[f"{module}weight"] = v * (g / norm)
    return plain


def _refuse(complaint: str, keys: Sequence[str]) -> None:
    """Raises CheckpointError if there are `keys` to complain of; it names the first few."""
    if keys:
        more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
        raise CheckpointError(f"the generator's checkpoint {complaint} {', '.join(keys[:5])}{more}")
