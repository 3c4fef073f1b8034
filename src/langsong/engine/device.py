"""Where and how to compute: the only place that decides, and it says why."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import re
from dataclasses import dataclass, replace
from typing import Literal

from langsong.errors import MissingExtra, OptionError

RuntimeName = Literal["openvino", "torch"]
RUNTIMES = ("auto", "openvino", "torch")
PRECISIONS = ("auto", "f32", "bf16", "f16")


@dataclass(frozen=True)
class Placement:
    """A decision.

    Attributes:
        device: "cpu", "cuda", "cuda:N" or "mps".
        precision: "f32", "bf16" or "f16", of the stages that gain from less than f32.
        threads: of one graph at a time (CPU).
        reason: for people.
        max_memory: bytes of the GPU that may be taken; None = any.
    """

    runtime: RuntimeName
    device: str
    precision: str
    threads: int
    reason: str
    max_memory: int | None = None

    def for_vocoder(self, *, bears_half: bool) -> Placement:
        """The same for a vocoder that may, or may not, be computed in less than f32."""
        if bears_half or self.runtime != "openvino" or self.precision == "f32":
            return self
        return replace(self, precision="f32", reason="this vocoder needs f32")


def available_cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _has_torch() -> bool:
    return importlib.util.find_spec("torch") is not None


def _has_cuda() -> bool:
    """Whether torch can use an NVIDIA GPU; torch is only imported where the driver's library is."""
    if not (ctypes.util.find_library("cuda") or ctypes.util.find_library("nvcuda")) or not _has_torch():
        return False
    import torch

    return torch.cuda.is_available()


def place(
    runtime: str = "auto",
    device: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
    max_vram: float | None = None,
) -> Placement:
    """Decide.

    Args:
        runtime: "auto", "openvino" or "torch".
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        precision: "auto", "f32", "bf16" or "f16".
        threads: None = one per core.
        max_vram: GB (10⁹ bytes) of a GPU's memory; None = any.

    Raises:
        OptionError: an impossible combination.
        MissingExtra: torch is needed and not installed.
    """
    if runtime not in RUNTIMES:
        raise OptionError(f"unknown runtime {runtime!r}; there are {', '.join(RUNTIMES)}")
    if precision not in PRECISIONS:
        raise OptionError(f"unknown precision {precision!r}; there are {', '.join(PRECISIONS)}")
    if threads is not None and threads < 1:
        raise OptionError(f"threads = {threads}: must be at least 1")
    threads = threads or available_cores()
    if device == "auto":
        device = "cuda" if runtime != "openvino" and _has_cuda() else "cpu"
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", device):
        raise OptionError(f"unknown device {device!r}; there are cpu, cuda, cuda:N and mps")
    if precision == "f16" and device == "cpu":
        raise OptionError("f16 is for GPUs; on a CPU use bf16 or f32")
    if max_vram is not None and not max_vram > 0:
        raise OptionError(f"max_vram = {max_vram}: must be more than 0 GB")
    if max_vram is not None and device == "cpu":
        raise OptionError("max_vram is for GPUs, and this would compute on the CPU: leave it out")
    if device == "cpu" and runtime in ("auto", "openvino"):
        return _openvino(precision, threads)
    if runtime == "openvino":
        raise OptionError(f"the openvino runtime computes on the CPU, not on {device!r}: use --runtime torch")
    placement = _torch(device, precision, threads)
    return placement if max_vram is None else replace(placement, max_memory=int(max_vram * 1e9))


def _openvino(precision: str, threads: int) -> Placement:
    reason = "as asked"
    if precision == "auto":
        import openvino

        has_bf16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        precision = "bf16" if has_bf16 else "f32"
        reason = "this CPU computes bf16" if has_bf16 else "this CPU has no bf16"
    return Placement("openvino", "cpu", precision, threads, reason)


def _torch(device: str, precision: str, threads: int) -> Placement:
    if not _has_torch():
        raise MissingExtra("torch", f"the torch runtime (device {device})")
    import torch

    kind = device.partition(":")[0]
    ready = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not ready[kind]:
        raise OptionError(f"torch {torch.__version__} finds no {kind} device here: use --device cpu")
    reason = "as asked"
    if precision == "auto":
        precision = "f16" if kind == "cuda" else "f32"
        reason = "GPUs since Pascal compute f16" if kind == "cuda" else "the safe choice"
    return Placement("torch", device, precision, threads, reason)
