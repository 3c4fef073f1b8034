"""Rules for the system, the processor, memory, disk, ports and Python's packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from . import matrix
from .facts import Facts
from .findings import ERROR, NOTE, WARNING, Finding
from .matrix import parse

GIB = 1 << 30
PEAK_BYTES = GIB  # speaking peaks at 0.6 GB (docs/benchmarks.md); the system wants some too
TRAINING_BYTES = 4 * GIB
FULL_BYTES = GIB // 2  # the compiled graphs of a voice and a bundle
PULL_BYTES = 2 * GIB  # a published voice with its archive, and the bundle made of it


def pip(facts: Facts, arguments: str) -> str:
    """A pip command for the Python that was examined."""
    return (
        f'"{facts.executable}" -m pip {arguments}'
        if " " in facts.executable
        else (f"{facts.executable} -m pip {arguments}")
    )


def python(facts: Facts) -> Iterator[Finding]:
    row, version = matrix.PYTHON, parse(facts.python)[:2]
    details = {"python": facts.python, "first": _dotted(row.first), "last": _dotted(row.last)}
    fitting = {
        "Linux": "uv venv --python 3.12 && uv pip install langsong",
        "Darwin": "brew install python@3.12 && python3.12 -m venv .venv && .venv/bin/pip install langsong",
        "Windows": "winget install Python.Python.3.12 && py -3.12 -m pip install langsong",
    }.get(facts.system, "")
    if version < row.first:
        yield Finding("python-too-old", ERROR, fitting, details)
    elif version > row.last:
        yield Finding("python-untested", WARNING, fitting, details)


def libc(facts: Facts) -> Iterator[Finding]:
    if facts.libc.startswith("musl"):
        yield Finding("musl", ERROR, "docker run -it python:3.12-slim sh -c 'pip install langsong && langsong doctor'")
    elif facts.libc.startswith("glibc") and parse(facts.libc.split()[1]) < (2, 17):
        yield Finding("glibc-too-old", ERROR, "docker run -it python:3.12-slim", {"libc": facts.libc})


def processor(facts: Facts) -> Iterator[Finding]:
    if facts.cpu_features is None or "neon" in facts.cpu_features:
        return
    if "sse4_2" not in facts.cpu_features:
        yield Finding("no-sse4", ERROR)
    elif "avx2" not in facts.cpu_features:
        yield Finding("no-avx2", WARNING, "langsong bench --characters 50")


def memory(facts: Facts) -> Iterator[Finding]:
    if facts.ram_bytes is None:
        return
    details = {"gib": f"{facts.ram_bytes / GIB:.1f}"}
    if facts.ram_bytes < PEAK_BYTES:
        yield Finding("ram-too-small", ERROR, details=details)
    elif facts.ram_bytes < 0.95 * TRAINING_BYTES:  # what the kernel keeps for itself is not counted
        yield Finding("ram-small", WARNING, details=details)


def disk(facts: Facts) -> Iterator[Finding]:
    if facts.disk_free_bytes is None or facts.disk_free_bytes >= PULL_BYTES:
        return
    full = facts.disk_free_bytes < FULL_BYTES
    elsewhere = "setx LANGSONG_HOME D:\\langsong" if facts.system == "Windows" else "export LANGSONG_HOME=/mnt/langsong"
    details = {"mib": str(facts.disk_free_bytes >> 20)}
    yield Finding("disk-full" if full else "disk-low", ERROR if full else WARNING, elsewhere, details)


def ports(facts: Facts) -> Iterator[Finding]:
    for port, free in facts.ports_free.items():
        if not free:
            option = "--wyoming-port" if port == 10200 else "--port"
            yield Finding("port-taken", WARNING, f"langsong serve {option} {port + 1}", {"port": str(port)})


def packages(facts: Facts) -> Iterator[Finding]:
    """What langsong's own metadata asks for."""
    if "langsong" not in facts.wheels:
        yield Finding("not-installed", ERROR, pip(facts, "install langsong"))
        return
    for requirement in facts.requirements:
        match = re.match(r"([A-Za-z0-9._-]+)\s*(?:>=\s*([0-9.]+))?", requirement)
        if match is None:
            continue
        name, floor = match.group(1), match.group(2)
        installed = facts.wheels.get(name)
        if installed is None:
            yield Finding("package-missing", ERROR, pip(facts, f'install "{requirement}"'), {"package": name})
        elif floor and parse(installed) < parse(floor):
            details = {"package": name, "installed": installed, "floor": floor}
            yield Finding("package-too-old", ERROR, pip(facts, f'install --upgrade "{requirement}"'), details)


def numpy(facts: Facts) -> Iterator[Finding]:
    """Packages that were compiled against another NumPy."""
    installed = facts.wheels.get("numpy")
    if installed is None:
        return
    if "scipy" in facts.wheels:
        scipy = facts.wheels["scipy"]
        for scipy_row in matrix.SCIPY:
            fits = scipy_row.first <= parse(installed) < scipy_row.before
            if scipy_row.scipy == parse(scipy)[:2] and not fits:
                details = {"numpy": installed, "scipy": scipy, "first": _dotted(scipy_row.first),
                           "before": _dotted(scipy_row.before)}  # fmt: skip
                yield Finding("scipy-numpy", ERROR, pip(facts, "install --upgrade scipy numpy"), details)
    if parse(installed) >= (2,):
        for row in matrix.NUMPY_TWO:
            package = facts.wheels.get(row.package)
            if package and parse(package)[:2] < row.first:
                details = {"numpy": installed, "package": row.package, "installed": package}
                yield Finding("built-for-numpy-1", ERROR, pip(facts, 'install "numpy<2"'), details)


def openmp(facts: Facts) -> Iterator[Finding]:
    """Two copies of the LLVM/Intel runtime in one process end it with "OMP: Error #15"."""
    owners = {PurePosixPath(path).parts[0]: path for path in facts.openmp}
    if len(owners) < 2:
        return
    intel = [name for name in ("intel-openmp", "mkl") if name in facts.wheels]
    apart = "langsong say --runtime openvino 你好"  # loads neither of them
    command = pip(facts, f"uninstall -y {' '.join(intel)}") if intel else apart
    yield Finding("openmp-twice", WARNING, command, {"files": ", ".join(owners.values())})


def wsl(facts: Facts) -> Iterator[Finding]:
    if facts.wsl and facts.nvidia is None and "torch" in facts.wheels and "+cpu" not in facts.wheels["torch"]:
        yield Finding("wsl-no-driver", NOTE, "wsl --update")


def _dotted(version: matrix.Version) -> str:
    return ".".join(str(part) for part in version)
