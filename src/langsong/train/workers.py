"""Where training computes: device, precision, and the processes that share its batches."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed
from torch.multiprocessing.spawn import ProcessRaisedException, spawn

from langsong.engine.device import available_cores
from langsong.errors import RecipeError

from .recipe import Hardware

_BF16_TESTS = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
_DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


@dataclass(frozen=True)
class Workers:
    """This process among those that train together.

    Attributes:
        rank, world: which one of how many.
        device: where it computes. precision: "f32", "bf16" or "f16", of what autocast computes in less.
    """

    rank: int
    world: int
    device: torch.device
    precision: str

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, _DTYPES[self.precision], enabled=self.precision != "f32")

    def seed(self, seed: int, step: int) -> None:
        """Make all chance of a step a function of these numbers, so that a run that goes on needs no other state."""
        torch.manual_seed((seed << 32) ^ (step * self.world + self.rank))

    def sum_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace gradients by their sum over the processes, in one exchange."""
        gradients = [p.grad for p in parameters if p.grad is not None]
        if self.world == 1 or not gradients:
            return
        flat = torch.cat([g.flatten() for g in gradients])
        distributed.all_reduce(flat)
        parts = torch.split(flat, [g.numel() for g in gradients])
        torch._foreach_copy_(gradients, [p.view_as(g) for p, g in zip(parts, gradients, strict=True)])

    def mean(self, values: Mapping[str, Tensor], weight: float) -> dict[str, float]:
        """Weighted means over the processes."""
        if not values:
            return {}
        sums = [value.detach().float().cpu() * weight for value in values.values()]
        total = torch.stack([*sums, torch.tensor(weight)]).to(self.device)
        if self.world > 1:
            distributed.all_reduce(total)
        return {name: float(value / total[-1]) for name, value in zip(values, total, strict=False)}


def world_size(hardware: Hardware, batch: int) -> int:
    """How many processes a run has."""
    if "WORLD_SIZE" in os.environ:  # torchrun
        return int(os.environ["WORLD_SIZE"])
    if hardware.processes != "auto":
        return hardware.processes
    device = _device(hardware).type
    wanted = {"cuda": torch.cuda.device_count(), "mps": 1}.get(device) or max(1, available_cores() // hardware.threads)
    return min(wanted, batch)


def launch(job: Callable[..., None], hardware: Hardware, batch: int, *arguments: Any) -> None:
    """Run ``job(workers, *arguments)`` in every process of the run: under torchrun in this one alone, else here or,
    where there are to be several, in processes of its own.

    Raises:
        RecipeError: the device or the precision is not to be had.
    """
    world = world_size(hardware, batch)
    _precision(hardware, _device(hardware))  # so that what cannot be is known before there are processes
    if "WORLD_SIZE" in os.environ or world == 1:
        _work(int(os.environ.get("RANK", 0)), world, hardware, None, job, arguments)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        spawn(_work, (world, hardware, port, job, arguments), nprocs=world)  # type: ignore[no-untyped-call]
    except ProcessRaisedException as error:
        raise _cause(error) from None


def _cause(error: Exception) -> Exception:
    """What a child process failed of, if that is the user's to mend."""
    from langsong import errors

    last = str(error).strip().splitlines()[-1]
    name, _, message = last.partition(": ")
    kind = getattr(errors, name.rpartition(".")[2], None)
    if isinstance(kind, type) and issubclass(kind, errors.LangsongError) and kind is not errors.MissingExtra:
        return kind(message)
    return error


def _work(
    rank: int,
    world: int,
    hardware: Hardware,
    port: int | None,
    job: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    device = _device(hardware)
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", rank)))
        torch.cuda.set_device(device)
    torch.set_num_threads(hardware.threads)
    if world > 1:
        place = None if port is None else f"tcp://127.0.0.1:{port}"
        backend = "nccl" if device.type == "cuda" else "gloo"
        distributed.init_process_group(backend, init_method=place, rank=rank, world_size=world)
    try:
        job(Workers(rank, world, device, _precision(hardware, device)), *arguments)
    finally:
        if world > 1:
            distributed.destroy_process_group()


def _device(hardware: Hardware) -> torch.device:
    ready = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if hardware.device == "auto":
        return torch.device("cuda" if ready["cuda"] else "cpu")
    if not ready[hardware.device]:
        raise RecipeError(
            f"torch {torch.__version__} finds no {hardware.device} device here: set hardware.device to cpu"
        )
    return torch.device(hardware.device)


def _precision(hardware: Hardware, device: torch.device) -> str:
    if hardware.precision == "f16" and device.type == "cpu":
        raise RecipeError("f16 is for GPUs; on a CPU use bf16 or f32")
    if hardware.precision != "auto":
        return hardware.precision
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "f16"
    # AVX512-BF16 comes without AMX on AMD's Zen 4 and later, where a step takes 0.55 to 0.65 of its time in f32
    fast = any(getattr(torch.cpu, test, lambda: False)() for test in _BF16_TESTS)  # torch 2.4 and 2.5 cannot tell
    return "bf16" if device.type == "cpu" and fast else "f32"
