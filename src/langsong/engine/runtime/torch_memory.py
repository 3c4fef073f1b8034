"""Which models are on a device, within a budget of its memory."""

from __future__ import annotations

import copy
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


def weight_bytes(model: nn.Module) -> int:
    """Of its parameters and buffers."""
    return sum(tensor.numel() * tensor.element_size() for tensor in (*model.parameters(), *model.buffers()))


class Residents:
    """Models by name, each loaded and brought to the device when first used. With a budget, those used least recently
    leave the device for the next; the copy in main memory stays, so that coming back is one transfer. Thread-safe.

    Args:
        load: how to get each model, in evaluation mode, on the CPU.
        device: where they compute.
        budget: bytes of weights that may be there at a time; None = all. One model alone may be larger: whoever sets
            the budget has checked that.
    """

    def __init__(self, load: Mapping[str, Callable[[], nn.Module]], device: torch.device, budget: int | None) -> None:
        self._load = dict(load)
        self._device = device
        self._budget = budget
        self._loaded: dict[str, nn.Module] = {}
        self._present: OrderedDict[str, nn.Module] = OrderedDict()
        self._users: dict[str, int] = dict.fromkeys(load, 0)
        self._changed = threading.Condition()

    @property
    def present(self) -> tuple[str, ...]:
        """What is on the device, least recently used first."""
        return tuple(self._present)

    @contextmanager
    def using(self, name: str) -> Iterator[nn.Module]:
        """The model, on the device until the end of the block; waits while others use what must leave for it."""
        with self._changed:
            while (model := self._bring(name)) is None:
                self._changed.wait()
            self._users[name] += 1
        try:
            yield model
        finally:
            with self._changed:
                self._users[name] -= 1
                self._changed.notify_all()

    def evict_idle(self) -> None:
        """Take everything off the device that nobody uses, and give its memory back."""
        with self._changed:
            for name in [name for name in self._present if not self._users[name]]:
                del self._present[name]
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _bring(self, name: str) -> nn.Module | None:
        """The model on the device; None if models that are in use are in its way."""
        if name in self._present:
            self._present.move_to_end(name)
            return self._present[name]
        if name not in self._loaded:
            self._loaded[name] = self._load[name]()
        model = self._loaded[name]
        if self._budget is not None:
            for other in [other for other in self._present if not self._users[other]]:
                if self._fits(model):
                    break
                del self._present[other]
            if self._present and not self._fits(model):
                return None
            model = copy.deepcopy(model)  # what leaves the device is thrown away there, and comes back from here
        self._present[name] = model.to(self._device)
        return self._present[name]

    def _fits(self, model: nn.Module) -> bool:
        there = sum(map(weight_bytes, self._present.values()))
        return self._budget is None or there + weight_bytes(model) <= self._budget


class _LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Follows how many bytes the tensors that operations make hold at a time."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._live = 0
        self._users: dict[int, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        outputs = func(*args, **(kwargs or {}))
        for tensor in outputs if isinstance(outputs, (tuple, list)) else (outputs,):
            if isinstance(tensor, torch.Tensor):
                self._follow(tensor)
        return outputs

    def _follow(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key not in self._users:
            self._live += size
            self.peak = max(self.peak, self._live)
        self._users[key] = self._users.get(key, 0) + 1
        weakref.finalize(tensor, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key]
            self._live -= size


def peak_bytes(model: nn.Module, *shapes: tuple[int, ...]) -> int:
    """What a pass through a model in f32 holds at its fullest besides the weights, from shapes alone: computed on
    torch's meta device, without memory. Workspaces of convolution libraries are not in it.

    Args:
        model: on the meta device.
        shapes: of its inputs.
    """
    live = _LiveBytes()
    with torch.inference_mode(), live:
        model(*(torch.empty(shape, device="meta") for shape in shapes))
    return live.peak
