"""Dropout put onto a model from outside: the models themselves are for speaking and know nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from langsong.acoustic.fsmn import Fsmn
from langsong.acoustic.sambert import SamBert

from .recipe import Dropout

_SMALLEST = 1 << 16


class MaskPool:
    """Masks made once per step and read from chance places: on a CPU, drawing a number for every activation costs
    more than the layer it drops from. Two masks of a step may overlap; two of the same place in different steps do not.
    """

    def __init__(self) -> None:
        self._masks: dict[float, Tensor] = {}

    def refill(self) -> None:
        """Forget the masks; new ones are drawn from torch's default generator when they are needed."""
        self._masks = {}

    def mask(self, like: Tensor, rate: float) -> Tensor:
        """0 with probability `rate` (to 1/256), else what keeps the mean."""
        size = like.numel()
        pool = self._masks.get(rate)
        if pool is None or len(pool) < 2 * size:
            pool = self._masks[rate] = _drawn(max(_SMALLEST, 4 * size), rate)
        start = int(torch.randint(len(pool) - size, ()))
        return pool[start : start + size].to(like.dtype).view_as(like)


def _drawn(size: int, rate: float) -> Tensor:
    """(size,) of a mask; eight bytes are drawn at a time."""
    drawn = torch.empty(size // 8 + 1, dtype=torch.int64).random_(-(2**63), None).view(torch.uint8)[:size]
    dropped = round(rate * 256)
    return (drawn >= dropped).float().mul_(256 / (256 - dropped))


class DropoutHooks:
    """Drops from the outputs of a model's layers while it trains.

    Args:
        model: to be hooked. rates: by part.
    """

    def __init__(self, model: SamBert, rates: Dropout) -> None:
        self.pool = MaskPool()
        for module, rate in _places(model, rates):
            if rate:
                module.register_forward_hook(self._hook(rate))

    def _hook(self, rate: float) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor | None]:
        def drop(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
            if not module.training:
                return None
            if output.device.type != "cpu":
                return F.dropout(output, rate)
            return output * self.pool.mask(output, rate)

        return drop


def _places(model: SamBert, rates: Dropout) -> Iterator[tuple[nn.Module, float]]:
    """Layers whose outputs are dropped from. What a ReLU follows is dropped from before it, which is the same."""
    for layer in model.encoder.layers:
        for name in ("attn.out", "ffn.conv1", "ffn.conv2"):
            yield layer.get_submodule(name), rates.encoder
    for layer in model.decoder.layers:
        for name in ("self_out", "memory_out", "ffn.conv1", "ffn.conv2"):
            yield layer.get_submodule(name), rates.decoder
    for fsmn, rate in (
        (model.prosody.pitch.fsmn, rates.predictors),
        (model.prosody.energy.fsmn, rates.predictors),
        (model.postnet.fsmn, rates.postnet),
    ):
        yield from ((layer.get_submodule("expand"), rate) for layer in _layers(fsmn))
    for prenet, rate in ((model.duration.prenet, rates.duration_prenet), (model.decoder.prenet, rates.decoder_prenet)):
        if prenet is model.decoder.prenet and model.config.feedback == "none":
            continue  # it reads zeros
        yield from ((prenet[i], rate) for i in (0, 2))


def _layers(fsmn: Fsmn) -> Iterator[nn.Module]:
    return iter(fsmn)
