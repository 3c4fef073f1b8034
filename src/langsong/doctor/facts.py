"""What is known about a machine: a typed record that goes to JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA GPU, as nvidia-smi names it.

    Attributes:
        capability: compute capability, such as "8.6"; None where the driver is too old to tell.
    """

    name: str
    memory_mib: int
    capability: str | None = None


@dataclass(frozen=True)
class Nvidia:
    """What nvidia-smi says.

    Attributes:
        error: its complaint, where it could not reach a driver.
    """

    driver: str | None = None
    gpus: list[Gpu] = field(default_factory=list)
    error: str | None = None


@dataclass(frozen=True)
class Torch:
    """What torch says of itself, from a process of its own.

    Attributes:
        answered: False when it took too long; version, cuda and hip are then from its files.
        error: the last line of what it said instead of being imported.
        cudnn: as torch counts: 8700 is 8.7.0, 91002 is 9.10.2.
        architectures: what its kernels are built for: sm_86, compute_120 (PTX).
    """

    version: str
    answered: bool = True
    error: str | None = None
    cuda: str | None = None
    hip: str | None = None
    cudnn: int | None = None
    cuda_available: bool | None = None
    architectures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Facts:
    """A machine.

    Attributes:
        system: Linux, Darwin or Windows.
        libc: "glibc 2.35", "musl", or "" where there is no such choice.
        machine: x86_64, aarch64, arm64, AMD64.
        cpu_features: those that matter, as in FEATURES of `collect`; None where the system does not tell.
        python: "3.11.4".
        executable: how to call this Python.
        wheels: version of every relevant installed distribution by name.
        requirements: what langsong asks for, as its metadata has it; empty where it is not installed.
        pci_display_vendors: vendors of the graphics adapters on the PCI bus: nvidia, amd, intel.
        openmp: runtimes of the libiomp5/libomp kind, as paths below site-packages.
        disk_free_bytes: where voices are stored.
        ports_free: by port on 127.0.0.1.
    """

    system: str
    release: str
    machine: str
    python: str
    executable: str = "python"
    libc: str = ""
    cpu_features: list[str] | None = None
    ram_bytes: int | None = None
    wheels: dict[str, str] = field(default_factory=dict)
    requirements: list[str] = field(default_factory=list)
    torch: Torch | None = None
    nvidia: Nvidia | None = None
    pci_display_vendors: list[str] = field(default_factory=list)
    openmp: list[str] = field(default_factory=list)
    disk_free_bytes: int | None = None
    ports_free: dict[int, bool] = field(default_factory=dict)
    container: bool = False
    wsl: bool = False
    jetson: bool = False


def to_json(facts: Facts) -> dict[str, Any]:
    """The record as JSON values."""
    return asdict(facts)


def from_json(text: str) -> Facts:
    """Read a record that `to_json` made.

    Raises:
        ValueError, TypeError: it is none.
    """
    data = json.loads(text)
    if data.get("torch"):
        data["torch"] = Torch(**data["torch"])
    if data.get("nvidia"):
        gpus = [Gpu(**gpu) for gpu in data["nvidia"].pop("gpus", [])]
        data["nvidia"] = Nvidia(**data["nvidia"], gpus=gpus)
    data["ports_free"] = {int(port): free for port, free in data.get("ports_free", {}).items()}
    return Facts(**data)
