"""Where and how to compute, and the words for it."""

from __future__ import annotations

import os

import pytest
import torch

from langsong.engine import device
from langsong.engine.device import place
from langsong.errors import MissingExtra, OptionError


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with an NVIDIA GPU."""
    monkeypatch.setattr(device, "_has_cuda", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without the extra."""
    monkeypatch.setattr(device, "_has_torch", lambda: False)


def placed(**options: object) -> tuple[str, str, str]:
    placement = place(**options)  # type: ignore[arg-type]
    assert placement.reason
    return placement.runtime, placement.device, placement.precision


def test_openvino_on_the_cpu_is_the_default() -> None:
    import openvino

    fast = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    precision = "bf16" if fast else "f32"
    assert placed() == placed(runtime="openvino") == placed(device="cpu") == ("openvino", "cpu", precision)
    assert ("bf16" in place().reason) is True
    assert ("no bf16" in place().reason) is not fast
    assert placed(precision="f32") == ("openvino", "cpu", "f32")
    assert placed(precision="bf16") == ("openvino", "cpu", "bf16")
    assert place(precision="bf16").reason == "as asked"


def test_torch_on_the_cpu_is_exact_unless_told() -> None:
    assert placed(runtime="torch") == placed(runtime="torch", device="cpu") == ("torch", "cpu", "f32")
    assert placed(runtime="torch", precision="bf16") == ("torch", "cpu", "bf16")


def test_a_gpu_is_taken_where_there_is_one(cuda: None) -> None:
    assert placed() == placed(runtime="torch") == placed(device="cuda") == ("torch", "cuda", "f16")
    assert placed(device="cuda:1", precision="bf16") == ("torch", "cuda:1", "bf16")
    assert placed(precision="f32") == ("torch", "cuda", "f32")
    assert placed(runtime="openvino")[:2] == placed(device="cpu")[:2] == ("openvino", "cpu")
    assert placed(runtime="torch", device="cpu") == ("torch", "cpu", "f32")


def test_threads_are_the_cores_unless_told() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert place().threads == cores
    assert place(threads=7).threads == place(runtime="torch", threads=7).threads == 7


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"runtime": "onnx"}, "unknown runtime 'onnx'; there are auto, openvino, torch"),
        ({"precision": "f64"}, "unknown precision 'f64'; there are auto, f32, bf16, f16"),
        ({"threads": 0}, "threads = 0: must be at least 1"),
        ({"threads": -2}, "threads = -2"),
        ({"precision": "f16"}, "f16 is for GPUs"),
        ({"precision": "f16", "runtime": "openvino"}, "f16 is for GPUs"),
        ({"precision": "f16", "runtime": "torch"}, "f16 is for GPUs"),
        ({"precision": "f16", "device": "cpu"}, "f16 is for GPUs"),
        ({"precision": "f16", "runtime": "torch", "device": "cpu"}, "f16 is for GPUs"),
        ({"device": "cuda"}, "finds no cuda device here: use --device cpu"),
        ({"device": "cuda:0"}, "finds no cuda device here"),
        ({"device": "mps"}, "finds no mps device here"),
        ({"device": "tpu"}, "unknown device 'tpu'; there are cpu, cuda, cuda:N and mps"),
        ({"device": ""}, "unknown device"),
        ({"device": "cpu:1", "runtime": "torch"}, "unknown device"),
        ({"device": "cuda", "runtime": "openvino"}, "computes on the CPU, not on 'cuda'"),
    ],
)
def test_what_cannot_be(options: dict[str, object], complaint: str) -> None:
    if options.get("device") == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has an mps device")
    if str(options.get("device")).startswith("cuda") and torch.cuda.is_available():
        pytest.skip("this machine has a cuda device")
    with pytest.raises(OptionError) as raised:
        place(**options)  # type: ignore[arg-type]
    assert complaint in str(raised.value)


@pytest.mark.parametrize("name", ["cuda:x", "cuda:", "cuda:-1", "cuda:0:0", "mps:1"])
def test_devices_that_are_none(cuda: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(OptionError, match="unknown device"):
        place(device=name)


def test_without_torch_the_cpu_still_speaks(no_torch: None) -> None:
    assert placed()[:2] == placed(runtime="openvino")[:2] == ("openvino", "cpu")
    for options in ({"runtime": "torch"}, {"device": "cuda"}, {"device": "mps"}):
        with pytest.raises(MissingExtra, match=r"pip install 'langsong\[torch\]'"):
            place(**options)


def test_no_gpu_is_looked_for_without_torch(no_torch: None) -> None:
    assert device._has_cuda() is False
