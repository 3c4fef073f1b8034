"""python -m corpus.lag OUT: how far the labels are from the sound, by the one border that is easily heard.

Frication is where there is more energy above 4.5 kHz than below 3 kHz. It should begin where s, sh and x do, and end
where the vowel after them begins.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from corpus.labels import RATE
from corpus.speak import journalled
from langsong.text.units import parse_units
from langsong.types import Float32

FRICATIVES = frozenset({"s_c", "sh_c", "xx_c"})
_WINDOW, _SHIFT = RATE // 100, RATE // 200
_BEFORE_S, _AFTER_S = 0.12, 0.09


def deviations(row: Mapping[str, Any], audio: Float32) -> list[tuple[float, float]]:
    """For each fricative of a clip how late (seconds) frication begins and ends by its label."""
    ends = np.cumsum(row["durations"])
    starts = np.concatenate([[0.0], ends[:-1]])
    blocks = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW)[::_SHIFT] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(blocks, axis=1)) ** 2  # (blocks, 121), 100 Hz each
    times = (np.arange(len(power)) * _SHIFT + _WINDOW // 2) / RATE
    total = power.sum(axis=1)
    sharp = (power[:, 45:].sum(axis=1) > power[:, 2:30].sum(axis=1)) & (total > total.max() * 1e-4)
    found = []
    for unit, start, end in zip(parse_units(row["units"]), starts, ends, strict=True):
        if unit.phone in FRICATIVES and start > 0:
            near = np.flatnonzero(sharp & (times > start - _BEFORE_S) & (times < end + _AFTER_S))
            runs = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1)
            longest = max(runs, key=len)
            if len(longest):
                found.append((float(times[longest[0]] - start), float(times[longest[-1]] - end)))
    return found


def report(rows: Iterable[Mapping[str, Any]], out: Path) -> str:
    """Medians and quartiles in ms as Markdown, by speaker and style."""
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        found = deviations(row, soundfile.read(out / row["audio"], dtype="float32")[0])
        for name in ("all", row["speaker"], row["style"]):
            groups[name] += found
    lines = ["| | fricatives | begins late by, ms | ends late by, ms |", "|---|---|---|---|"]
    for name, found in groups.items():
        if found:
            quartiles = np.percentile(np.array(found) * 1000, [25, 50, 75], axis=0).T
            cells = [f"{middle:.0f} ({low:.0f} to {high:.0f})" for low, middle, high in quartiles]
            lines.append(f"| {name} | {len(found)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    print(report((row for row in journalled(out).values() if "rejected" not in row), out))


if __name__ == "__main__":
    main()
