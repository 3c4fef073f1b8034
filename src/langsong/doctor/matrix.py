"""What goes with what: versions as their makers publish them, each row with its source and the day it was read.

A pair that no row covers is not judged.
"""

from __future__ import annotations

from typing import NamedTuple

Version = tuple[int, ...]

PYTORCH_RELEASES = "https://github.com/pytorch/pytorch/blob/main/RELEASE.md"
PYTORCH_PULLS = "https://github.com/pytorch/pytorch/pull"  # changes of RELEASE.md
NVIDIA_COMPATIBILITY = "https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html"
SCIPY_TOOLCHAIN = "https://docs.scipy.org/doc/scipy/dev/toolchain.html"
READ = "2026-11-22"


class PythonRow(NamedTuple):
    """Pythons that langsong is tested on: first and last."""

    first: Version
    last: Version
    source: str
    date: str


class TorchRow(NamedTuple):
    """A minor release of torch: the Pythons it has wheels for (experimental ones too), and the CUDA it is built for."""

    torch: Version
    python_first: Version
    python_last: Version
    cuda: tuple[str, ...]
    source: str
    date: str


class DriverRow(NamedTuple):
    """The oldest driver for every toolkit of a CUDA major version (minor version compatibility)."""

    cuda_major: int
    linux: Version
    windows: Version
    source: str
    date: str


class KernelRow(NamedTuple):
    """Compute capabilities that the x86-64 wheels of torch, from `first` to `last`, have kernels for."""

    first: Version
    last: Version
    cuda: str
    capabilities: tuple[str, ...]
    source: str
    date: str


class ToolkitRow(NamedTuple):
    """The first CUDA toolkit that compiles for GPUs of a compute capability's major number."""

    capability_major: int
    cuda: Version
    source: str
    date: str


class CudnnRow(NamedTuple):
    """The oldest cuDNN for a CUDA major version of torch's wheels, counted as torch counts."""

    cuda: str
    cudnn: int
    source: str
    date: str


class ScipyRow(NamedTuple):
    """NumPy that a minor release of SciPy works with: from `first`, before `before`."""

    scipy: Version
    first: Version
    before: Version
    source: str
    date: str


class NumpyTwoRow(NamedTuple):
    """The first release of a package whose wheels were built for NumPy 2."""

    package: str
    first: Version
    source: str
    date: str


PYTHON = PythonRow((3, 10), (3, 13), "pyproject.toml of langsong", READ)

TORCH: list[TorchRow] = [
    TorchRow((2, 0), (3, 8), (3, 11), ("11.7", "11.8"), PYTORCH_RELEASES, READ),
    TorchRow((2, 1), (3, 8), (3, 11), ("11.8", "12.1"), PYTORCH_RELEASES, READ),
    TorchRow((2, 2), (3, 8), (3, 12), ("11.8", "12.1"), PYTORCH_RELEASES, READ),
    TorchRow((2, 3), (3, 8), (3, 12), ("11.8", "12.1"), PYTORCH_RELEASES, READ),
    TorchRow((2, 4), (3, 8), (3, 12), ("11.8", "12.1", "12.4"), PYTORCH_RELEASES, READ),
    TorchRow((2, 5), (3, 9), (3, 13), ("11.8", "12.1", "12.4"), PYTORCH_RELEASES, READ),
    TorchRow((2, 6), (3, 9), (3, 13), ("11.8", "12.4", "12.6"), PYTORCH_RELEASES, READ),
    TorchRow((2, 7), (3, 9), (3, 13), ("11.8", "12.6", "12.8"), PYTORCH_RELEASES, READ),
    TorchRow((2, 8), (3, 9), (3, 13), ("12.6", "12.8", "12.9"), PYTORCH_RELEASES, READ),
    TorchRow((2, 9), (3, 10), (3, 14), ("12.6", "12.8", "13.0"), PYTORCH_RELEASES, READ),
    TorchRow((2, 10), (3, 10), (3, 14), ("12.6", "12.8", "13.0"), PYTORCH_RELEASES, READ),
    TorchRow((2, 11), (3, 10), (3, 14), ("12.6", "12.8", "13.0"), PYTORCH_RELEASES, READ),
    TorchRow((2, 12), (3, 10), (3, 14), ("12.6", "13.0", "13.2"), PYTORCH_RELEASES, READ),
    TorchRow((2, 13), (3, 10), (3, 15), ("12.6", "13.0", "13.2"), f"{PYTORCH_PULLS}/187075", READ),
    TorchRow((2, 14), (3, 10), (3, 15), ("12.6", "13.0", "13.2"), f"{PYTORCH_PULLS}/194367", READ),
]

DRIVERS: list[DriverRow] = [
    DriverRow(11, (450, 80, 2), (452, 39), NVIDIA_COMPATIBILITY, READ),
    DriverRow(12, (525,), (525,), NVIDIA_COMPATIBILITY, READ),
    DriverRow(13, (580,), (580,), NVIDIA_COMPATIBILITY, READ),
]

_BEFORE_BLACKWELL = ("5.0", "6.0", "7.0", "7.5", "8.0", "8.6", "9.0")
_CUDA_12_8 = ("7.5", "8.0", "8.6", "9.0", "10.0", "12.0")
_BUILD_2_8 = (
    "https://github.com/pytorch/pytorch/blob/00c7a380b8369d08e02dd400aa76dc6c0738b589/.ci/manywheel/build_cuda.sh and "
    "https://github.com/pytorch/pytorch/issues/160269"
)
_MATRIX_2_11 = f"{PYTORCH_PULLS}/175253"
KERNELS: list[KernelRow] = [
    KernelRow((2, 8), (2, 8), "12.6", _BEFORE_BLACKWELL, _BUILD_2_8, READ),
    KernelRow((2, 8), (2, 8), "12.8", ("7.0", *_CUDA_12_8), _BUILD_2_8, READ),
    KernelRow((2, 8), (2, 8), "12.9", ("7.0", *_CUDA_12_8), _BUILD_2_8, READ),
    KernelRow((2, 11), (2, 11), "12.6", _BEFORE_BLACKWELL, _MATRIX_2_11, READ),
    KernelRow((2, 11), (2, 11), "12.8", _CUDA_12_8, _MATRIX_2_11, READ),
    KernelRow((2, 11), (2, 11), "13.0", _CUDA_12_8, _MATRIX_2_11, READ),
    KernelRow((2, 12), (2, 14), "12.6", _BEFORE_BLACKWELL, PYTORCH_RELEASES, READ),
    KernelRow((2, 12), (2, 14), "13.0", _CUDA_12_8, PYTORCH_RELEASES, READ),
    KernelRow((2, 12), (2, 14), "13.2", _CUDA_12_8, PYTORCH_RELEASES, READ),
]

_HOPPER = "https://gitlab.com/gromacs/gromacs/-/merge_requests/3180"
_BLACKWELL = "https://docs.nvidia.com/cuda/blackwell-compatibility-guide, headings of 1.3 and 1.4"
TOOLKITS: list[ToolkitRow] = [
    ToolkitRow(9, (11, 8), _HOPPER, READ),
    ToolkitRow(10, (12, 8), _BLACKWELL, READ),
    ToolkitRow(12, (12, 8), _BLACKWELL, READ),
]

CUDNN: list[CudnnRow] = [
    CudnnRow("11.8", 8600, "what the users of torch 2.0.1+cu118 are told to install (cuDNN 8.6 or later)", READ),
]

SCIPY: list[ScipyRow] = [
    ScipyRow((1, 8), (1, 17, 3), (1, 24), SCIPY_TOOLCHAIN, READ),
    ScipyRow((1, 9), (1, 18, 5), (1, 26), SCIPY_TOOLCHAIN, READ),
    ScipyRow((1, 10), (1, 19, 5), (1, 26), SCIPY_TOOLCHAIN, READ),
    ScipyRow((1, 11), (1, 21, 6), (1, 28), "Requires-Dist of the wheel of SciPy 1.11.4", READ),
    ScipyRow((1, 12), (1, 22, 4), (1, 29), "Requires-Dist of the wheel of SciPy 1.12.0", READ),
    ScipyRow((1, 13), (1, 22, 4), (2, 3), "Requires-Dist of the wheel of SciPy 1.13.1", READ),
    ScipyRow((1, 14), (1, 23, 5), (2, 3), "Requires-Dist of the wheel of SciPy 1.14.1", READ),
    ScipyRow((1, 15), (1, 23, 5), (2, 5), "Requires-Dist of the wheel of SciPy 1.15.3", READ),
    ScipyRow((1, 16), (1, 25, 2), (2, 6), "Requires-Dist of the wheel of SciPy 1.16.3", READ),
    ScipyRow((1, 17), (1, 26, 4), (2, 7), "Requires-Dist of the wheel of SciPy 1.17.1", READ),
]

NUMPY_TWO: list[NumpyTwoRow] = [
    NumpyTwoRow("torch", (2, 3), "https://github.com/pytorch/vision/issues/8460", READ),
]


class Build(NamedTuple):
    """A torch to install: what to ask pip for, its channel of wheels, and whom it suits."""

    requirement: str
    channel: str
    cuda_major: int
    oldest_capability: Version
    newest_capability: Version
    source: str
    date: str


# The first that suits is recommended.
BUILDS: list[Build] = [
    Build("torch>=2.12", "cu130", 13, (7, 5), (12, 99), PYTORCH_RELEASES, READ),
    Build("torch==2.11.*", "cu128", 12, (7, 5), (12, 99), PYTORCH_RELEASES, READ),
    Build("torch>=2.12", "cu126", 12, (5, 0), (9, 99), PYTORCH_RELEASES, READ),
    Build("torch==2.7.*", "cu118", 11, (5, 0), (9, 99), PYTORCH_RELEASES, READ),
]


def parse(version: str) -> Version:
    """The leading numbers of a version: ``2.0.1+cu118`` is (2, 0, 1), ``3.14.0rc2`` (3, 14, 0)."""
    numbers = []
    for part in version.split("+")[0].split("."):
        digits = part[: next((i for i, c in enumerate(part) if not c.isdigit()), len(part))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def oldest_driver(cuda_major: int, system: str) -> Version | None:
    """The oldest driver that runs a CUDA major version, or None where no row says."""
    for row in DRIVERS:
        if row.cuda_major == cuda_major:
            return row.windows if system == "Windows" else row.linux
    return None


def build_for(driver: str, capability: str | None, system: str) -> Build | None:
    """The newest torch that a driver and a GPU can run, or None where there is none."""
    for build in BUILDS:
        oldest = oldest_driver(build.cuda_major, system)
        if oldest is None or parse(driver) < oldest:
            continue
        if capability is None or build.oldest_capability <= parse(capability) <= build.newest_capability:
            return build
    return None
