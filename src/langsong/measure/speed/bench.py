"""The speed benchmark: every configuration in a process of its own, medians of several runs."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from langsong.errors import LangsongError

from .trial import Trial, TrialResult

CHARACTERS = (50, 100, 200)
COLD_SENTENCE = "今天天气真好，我们去公园散步吧。"


class BenchError(LangsongError):
    """A measured process failed."""


@dataclass(frozen=True)
class Row:
    """A configuration and its figures; times in seconds."""

    trial: Trial
    description: str
    audio_s: float
    wall_median_s: float
    wall_min_s: float
    wall_max_s: float
    rtf: float
    first_chunk_p50_s: float | None
    first_chunk_p95_s: float | None
    peak_rss_mb: float | None


@dataclass(frozen=True)
class ColdStart:
    """From the start of a process to its written wav, compiled graphs on disk; seconds."""

    median_s: float
    min_s: float
    max_s: float


def environment() -> dict[str, str]:
    """What the figures depend on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    flags = ""
    if info.is_file():
        text = info.read_text()
        fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        names = {k.strip(): v.strip() for k, v in fields.items()}
        cpu = names.get("model name", cpu)
        wanted = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")
        flags = " ".join(f for f in wanted if f in names.get("flags", "").split())
    stamp = {
        "date": datetime.now(timezone.utc).isoformat(timespec="minutes"),
        "cpu": cpu,
        "cpu_features": flags,
        "cores": str(os.cpu_count()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": _commit(),
    }
    for package in ("langsong", "openvino", "numpy", "torch"):
        try:
            stamp[package] = version(package)
        except PackageNotFoundError:
            stamp[package] = "not installed"
    if hasattr(os, "getloadavg"):
        stamp["load"] = f"{os.getloadavg()[0]:.1f}"
    return stamp


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _percentile(values: list[float], percent: float) -> float | None:
    """The smallest value that `percent` of all do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(percent) // 100) - 1))]


def run_apart(module: str, settings: dict[str, Any]) -> dict[str, Any]:
    """What a module, run in a new process with settings as JSON, prints as JSON.

    Raises:
        BenchError: it failed.
    """
    command = [sys.executable, "-m", module, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BenchError(f"measuring {settings} failed: {reason}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measure(trial: Trial) -> Row:
    """Run one configuration in a new process.

    Raises:
        BenchError: it failed.
    """
    result = TrialResult(**run_apart("langsong.measure.speed.trial", asdict(trial)))
    median = statistics.median(result.wall_s)
    return Row(
        trial=trial,
        description=result.description,
        audio_s=result.audio_s,
        wall_median_s=median,
        wall_min_s=min(result.wall_s),
        wall_max_s=max(result.wall_s),
        rtf=median / result.audio_s,
        first_chunk_p50_s=_percentile(result.first_chunk_s, 50),
        first_chunk_p95_s=_percentile(result.first_chunk_s, 95),
        peak_rss_mb=result.peak_rss_mb,
    )


def cold_start(voice: str | None, runs: int) -> ColdStart:
    """Time ``langsong say`` from process start to its end, once more before counting so that graphs are compiled."""
    walls = []
    with tempfile.TemporaryDirectory(prefix="langsong-") as folder:
        command = [
            sys.executable,
            "-m",
            "langsong",
            "say",
            COLD_SENTENCE,
            "-o",
            str(Path(folder) / "cold.wav"),
        ]
        command += ["--voice", voice] if voice else []
        for _ in range(runs + 1):
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True)
            walls.append(time.perf_counter() - start)
            if done.returncode:
                raise BenchError(f"langsong say failed: {done.stderr.strip()}")
    counted = walls[1:]
    return ColdStart(statistics.median(counted), min(counted), max(counted))


def trials(
    voice: str | None,
    runtimes: tuple[str, ...],
    precision: str,
    threads: tuple[int, ...],
    characters: tuple[int, ...],
    runs: int,
) -> Iterator[Trial]:
    """Every configuration, whole and streaming."""
    for runtime in runtimes:
        for count in threads:
            for hanzi in characters:
                for streaming in (False, True):
                    yield Trial(voice, runtime, precision, count, hanzi, streaming, runs)
