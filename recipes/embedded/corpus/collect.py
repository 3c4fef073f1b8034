"""python -m corpus.collect OUT: corpus.jsonl to train on, held_out.jsonl to validate with, and report.md.

Left out are clips that could not be made, and those of which a recogniser understands too little (`is_lost`); clips
that nobody has listened to are in.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.journal import read_lines
from corpus.speak import journalled

LOST_SHARE, LOST_SYLLABLES = 0.4, 2
"""More wrong syllables than this share of a clip, and at least so many, without regard to tone."""

Rows = Iterable[Mapping[str, Any]]
_MEASURES = {"range_semitones": ".2f", "rate": ".2f", "level_dbfs": ".1f"}


def is_lost(heard: Mapping[str, Any]) -> bool:
    """Whether a line of heard.jsonl tells that its clip is to be left out."""
    return bool(heard["plain"] >= LOST_SYLLABLES and heard["plain"] > LOST_SHARE * heard["syllables"])


def collect(out: Path) -> str:
    """Write corpus.jsonl and held_out.jsonl; the report as Markdown."""
    sources = {text["id"]: text["source"] for text in read_lines(out / "texts.jsonl")}
    rows = {name: row | {"source": sources[name.partition("-")[0]]} for name, row in journalled(out).items()}
    heard = {row["id"]: row for row in read_lines(out / "heard.jsonl") if row["id"] in rows}
    made = [row for row in rows.values() if "rejected" not in row]
    dropped = [row for row in made if row["id"] in heard and is_lost(heard[row["id"]])]
    lost = {row["id"] for row in dropped}
    kept = sorted((row for row in made if row["id"] not in lost), key=lambda row: str(row["id"]))
    trained, held_out = ([row for row in kept if row["split"] == split] for split in ("train", "valid"))
    for name, part in (("corpus.jsonl", trained), ("held_out.jsonl", held_out)):
        _write(out / name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part))
    sound = [(row, heard[row["id"]]) for row in made if row["id"] in heard]
    lines = [
        f"{len(trained)} clips, {_hours(trained):.2f} h; held out {len(held_out)} clips, {_hours(held_out):.2f} h.",
        f"{len(sound)} clips were heard, {len(dropped)} dropped; {len(rows) - len(made)} could not be made.",
        "",
    ]
    for keys in (("source",), ("speaker",), ("style",), ("source", "style"), ("speaker", "style")):
        lines += _table(keys, made, sound)
    lines += ["Dropped, as said and as heard:", ""]
    lines += [f"* {row['id']}: {row['text']} — {heard[row['id']]['heard']}" for row in dropped]
    lines += [f"* {row['id']}: {row['rejected']}" for row in rows.values() if "rejected" in row]
    return "\n".join(lines) + "\n"


def _table(
    keys: Sequence[str], made: Sequence[Mapping[str, Any]], sound: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> list[str]:
    def name_of(row: Mapping[str, Any]) -> str:
        return ", ".join(row[key] for key in keys)

    lines = [
        f"| {', '.join(keys)} | hours | clips | heard | plain | tonal | F0 Hz | range st | syllables/s | dBFS |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(map(name_of, made)):
        part = [row for row in made if name_of(row) == name]
        ears = [ear for row, ear in sound if name_of(row) == name]
        cells = [f"{_hours(part):.2f}", str(len(part)), str(len(ears))]
        if ears:
            syllables = max(sum(ear["syllables"] for ear in ears), 1)
            cells += [f"{sum(ear[measure] for ear in ears) / syllables:.3f}" for measure in ("plain", "tonal")]
            measured = [ear["measured"] for ear in ears]
            cells.append(f"{math.exp(_mean(math.log(one['f0_hz']) for one in measured if one['f0_hz'])):.0f}")
            cells += [f"{_mean(one[measure] for one in measured):{form}}" for measure, form in _MEASURES.items()]
        lines.append(f"| {name} | {' | '.join([*cells, *['–'] * (9 - len(cells))])} |")
    return [*lines, ""]


def _hours(rows: Rows) -> float:
    return sum(sum(row["durations"]) for row in rows) / 3600.0


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else math.nan


def _write(path: Path, content: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(content, encoding="utf-8")
    beside.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    report = collect(out)
    _write(out / "report.md", report)
    print(report.split("\n\n")[0])


if __name__ == "__main__":
    main()
