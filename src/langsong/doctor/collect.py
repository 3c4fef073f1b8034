"""Gathering facts without importing anything that could be broken."""

from __future__ import annotations

import concurrent.futures
import ctypes
import importlib.metadata
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

from .facts import Facts, Gpu, Nvidia
from .torch_probe import ask_torch

FEATURES = ("sse4_2", "avx2", "avx512f", "amx_bf16", "neon")
WHEELS = (
    "langsong", "numpy", "scipy", "openvino", "torch", "onnx", "soundfile", "soxr", "wetext", "rjieba", "pypinyin",
    "opencc", "pydantic", "typer", "rich", "defusedxml", "safetensors", "platformdirs", "fastapi", "uvicorn",
    "websockets", "gradio", "modelscope-hub", "intel-openmp", "mkl", "nvidia-cudnn-cu11", "nvidia-cudnn-cu12",
    "nvidia-cudnn-cu13",
)  # fmt: skip
PORTS = (7860, 10200)  # the studio with its API, and Home Assistant's Wyoming
_PCI_VENDORS = {"0x10de": "nvidia", "0x1002": "amd", "0x8086": "intel"}


def collect(wait_s: float = 1.5) -> Facts:
    """What this machine is.

    Args:
        wait_s: how long torch and nvidia-smi may take to answer, in seconds.
    """
    wheels = _wheels()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        torch = pool.submit(ask_torch, wheels["torch"], wait_s) if "torch" in wheels else None
        nvidia = pool.submit(_nvidia, wait_s)
        return Facts(
            system=platform.system(),
            release=platform.release(),
            machine=platform.machine(),
            python=platform.python_version(),
            executable=sys.executable or "python",
            libc=_libc(),
            cpu_features=_cpu_features(),
            ram_bytes=_ram_bytes(),
            wheels=wheels,
            requirements=_requirements(),
            pci_display_vendors=_pci_display_vendors(),
            openmp=_openmp(),
            disk_free_bytes=_disk_free_bytes(),
            ports_free={port: _is_free(port) for port in PORTS},
            container=Path("/.dockerenv").exists() or Path("/run/.containerenv").exists(),
            wsl="microsoft" in platform.release().lower(),
            jetson=Path("/etc/nv_tegra_release").exists(),
            torch=torch.result() if torch else None,
            nvidia=nvidia.result(),
        )


def _wheels() -> dict[str, str]:
    found = {}
    for name in WHEELS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _requirements() -> list[str]:
    try:
        stated = importlib.metadata.requires("langsong") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [requirement for requirement in stated if ";" not in requirement]


def _libc() -> str:
    if platform.system() != "Linux":
        return ""
    name, version = platform.libc_ver()
    if name:
        return f"{name} {version}"
    return "musl" if list(Path("/lib").glob("ld-musl-*")) else ""


def _cpu_features() -> list[str] | None:
    system, machine = platform.system(), platform.machine().lower()
    if machine in ("arm64", "aarch64"):
        return ["neon"]  # every 64-bit ARM has it
    if system == "Linux":
        flags = set(_read("/proc/cpuinfo").split())
        return [feature for feature in FEATURES if feature in flags] if flags else None
    if system == "Windows":
        # PF_SSE4_2, PF_AVX2 and PF_AVX512F of IsProcessorFeaturePresent
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent  # type: ignore[attr-defined, unused-ignore]
        return [name for name, number in (("sse4_2", 38), ("avx2", 40), ("avx512f", 41)) if present(number)]
    return None


def _ram_bytes() -> int | None:
    total = None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _read("/sys/fs/cgroup/memory.max").strip()
    if limit.isdigit() and total:
        return min(total, int(limit))
    return total


def _pci_display_vendors() -> list[str]:
    found = []
    for device in Path("/sys/bus/pci/devices").glob("*"):
        if _read(device / "class").startswith("0x03"):
            found.append(_PCI_VENDORS.get(_read(device / "vendor").strip(), "other"))
    return sorted(found)


def _openmp() -> list[str]:
    roots = {Path(sysconfig.get_paths()[scheme]) for scheme in ("purelib", "platlib")}
    patterns = ("torch/lib/*omp*", "*.libs/lib*omp5*", "*.dylibs/lib*omp*", "*/.dylibs/lib*omp*")
    files = [(root, file) for root in roots for pattern in patterns for file in root.glob(pattern)]
    libraries = [Path(sys.prefix, "lib"), Path(sys.prefix, "Library", "bin")]  # where intel-openmp puts its own
    files += [(Path(sys.prefix), file) for folder in libraries for file in folder.glob("lib*omp5*")]
    names = re.compile(r"lib(i?omp5?(md)?)(-[0-9a-f]+)?\.(so|dylib|dll)")
    return sorted(file.relative_to(root).as_posix() for root, file in files if names.match(file.name))


def _disk_free_bytes() -> int | None:
    folder = Path(os.environ.get("LANGSONG_HOME") or Path.home()).expanduser()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # as servers do; elsewhere the option means something else
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _nvidia(wait_s: float) -> Nvidia | None:
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    answer = None
    for columns in ("driver_version,name,memory.total,compute_cap", "driver_version,name,memory.total"):
        try:
            answer = subprocess.run(
                [command, f"--query-gpu={columns}", "--format=csv,noheader,nounits"],
                capture_output=True,
                text=True,
                timeout=wait_s,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Nvidia(error=str(error))
        if answer.returncode == 0:
            return read_nvidia_smi(answer.stdout)
        if "not a valid field" not in answer.stdout.lower():
            break  # drivers before 510 do not know compute_cap; any other complaint stays the same
    said = (answer.stdout + answer.stderr).strip().splitlines() if answer else []
    return Nvidia(error=said[0] if said else "nvidia-smi said nothing")


def read_nvidia_smi(table: str) -> Nvidia:
    """Read the table of ``nvidia-smi --query-gpu=driver_version,name,memory.total[,compute_cap]``."""
    rows = [[cell.strip() for cell in line.split(",")] for line in table.strip().splitlines()]
    gpus = [
        Gpu(row[1], int(row[2]) if row[2].isdigit() else 0, row[3] if len(row) > 3 else None)
        for row in rows
        if len(row) > 2
    ]
    return Nvidia(driver=rows[0][0] if gpus else None, gpus=gpus)


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
