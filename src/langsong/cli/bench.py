"""langsong bench"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langsong.errors import OptionError

from .arguments import PrecisionOption, VoiceOption

if TYPE_CHECKING:
    from langsong.measure.speed.bench import ColdStart, Row


def bench(
    voice: VoiceOption = None,
    runtime: Annotated[
        list[str] | None,
        typer.Option(help="openvino, torch; may be given twice. [default: what is installed]"),
    ] = None,
    threads: Annotated[
        list[int] | None, typer.Option(help="May be given several times. [default: 1 and one per core]")
    ] = None,
    characters: Annotated[list[int] | None, typer.Option(help="Hanzi to speak. [default: 50, 100, 200]")] = None,
    precision: PrecisionOption = "auto",
    runs: Annotated[int, typer.Option(min=5, help="Counted runs of each configuration.")] = 5,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write JSON to this file.")] = None,
    tune: Annotated[
        bool, typer.Option("--tune", help="Find the best streams × threads × batch for batch and book, and keep it.")
    ] = False,
) -> None:
    """Measure speed, latency, start-up and memory on this machine. 测速。"""
    if tune:
        _tune(voice, (runtime or ["openvino"])[0], precision)
        return
    from rich.console import Console

    from langsong.engine.device import available_cores
    from langsong.measure.speed.bench import CHARACTERS, cold_start, environment, measure, trials

    runtimes = runtime or ["openvino", *(["torch"] if importlib.util.find_spec("torch") else [])]
    if unknown := set(runtimes) - {"openvino", "torch"}:
        raise OptionError(f"unknown runtime {unknown.pop()!r}; there are openvino and torch")
    stamp = environment()
    console = Console()
    for key, value in stamp.items():
        console.print(f"{key:>13}: {value}", highlight=False)
    cold = cold_start(voice, runs)
    rows = []
    plan = trials(
        voice,
        tuple(runtimes),
        precision,
        tuple(threads or sorted({1, available_cores()})),
        tuple(characters or CHARACTERS),
        runs,
    )
    for trial in plan:
        with console.status(f"{trial.runtime}, {trial.threads} threads, {trial.characters} characters"):
            rows.append(measure(trial))
    _print(cold, rows)
    if output is not None:
        report = {"environment": stamp, "cold_start": asdict(cold), "rows": [asdict(row) for row in rows]}
        output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _tune(voice: str | None, runtime: str, precision: str) -> None:
    from langsong.bundle.store import find_voice
    from langsong.engine.device import place
    from langsong.engine.tuning import Tuning, remember
    from langsong.measure.speed.bench import environment
    from langsong.measure.speed.tune import Throughput
    from langsong.measure.speed.tune import tune as find_best

    opened, placement = find_voice(voice), place(runtime, "cpu", precision)
    stamp = environment()
    print(f"{stamp['cpu']}, {stamp['cores']} cores, load {stamp.get('load', 'unknown')}\n")
    print("| streams | threads | batch | audio s per s | CPU s per audio s | RSS MB |\n|---|---|---|---|---|---|")

    def shown(found: Throughput) -> None:
        tried = found.combination
        memory = "-" if found.peak_rss_mb is None else f"{found.peak_rss_mb:.0f}"
        print(
            f"| {tried.streams} | {tried.threads} | {tried.batch} | {found.audio_per_s:.2f} "
            f"| {found.cpu_per_audio:.3f} | {memory} |",
            flush=True,
        )

    best = find_best(voice, runtime, precision, shown)
    chosen = best.combination
    reason = f"measured {stamp['date'][:10]}: {best.audio_per_s:.2f} s of speech a second"
    path = remember(opened, placement, Tuning(chosen.streams, chosen.threads, chosen.batch, reason))
    print(f"\nbest: {chosen.streams} streams, {chosen.threads} threads each, batch {chosen.batch}; kept in {path}")


def _print(cold: ColdStart, rows: list[Row]) -> None:
    print(f"\ncold start to written wav: {cold.median_s:.2f} s ({cold.min_s:.2f}-{cold.max_s:.2f})\n")
    print(
        "| runtime | threads | characters | mode | audio s | wall s (min-max) | RTF | first chunk ms p50/p95 | RSS MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        trial = row.trial
        first = "-"
        if row.first_chunk_p50_s is not None and row.first_chunk_p95_s is not None:
            first = f"{row.first_chunk_p50_s * 1e3:.0f} / {row.first_chunk_p95_s * 1e3:.0f}"
        memory = "-" if row.peak_rss_mb is None else f"{row.peak_rss_mb:.0f}"
        print(
            f"| {row.description} | {trial.threads} | {trial.characters} | {'stream' if trial.streaming else 'whole'} "
            f"| {row.audio_s:.1f} | {row.wall_median_s:.2f} ({row.wall_min_s:.2f}-{row.wall_max_s:.2f}) "
            f"| {row.rtf:.3f} | {first} | {memory} |"
        )
