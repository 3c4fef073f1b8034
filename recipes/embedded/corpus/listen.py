"""python -m corpus.listen OUT --asr MODEL --per-cell 20: what a recogniser understands, and what can be measured.

Adds a line of OUT/heard.jsonl for each clip, at first so many of each speaker in each style, with --all then the
rest. May be killed and called again, also while corpus.speak runs.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import soundfile

from corpus.journal import Journal, read_lines
from corpus.labels import BLOCK, silent_blocks
from corpus.speak import journalled
from langsong.audio.pitch import track_pitch
from langsong.measure.quality.intelligibility import compare
from langsong.types import Float32


class Measured(TypedDict):
    """Of the sound.

    Attributes:
        f0_hz: geometric mean where voiced.
        range_semitones: standard deviation of F0 about it.
        rate: syllables a second, pauses left out.
        level_dbfs: RMS, pauses left out.
    """

    f0_hz: float
    range_semitones: float
    rate: float
    level_dbfs: float


class Heard(TypedDict):
    """A line of heard.jsonl; `plain` and `tonal`: wrong syllables without and with regard to tone."""

    id: str
    heard: str
    syllables: int
    plain: int
    tonal: int
    measured: Measured


def listen(rows: Iterable[Mapping[str, Any]], out: Path, transcribe: Callable[[Float32, int], str]) -> Iterator[Heard]:
    """Hear those of `rows` that heard.jsonl has not; each is on disk when it is yielded."""
    known = {row["id"] for row in read_lines(out / "heard.jsonl")}
    journal = Journal(out / "heard.jsonl")
    for row in rows:
        if row["id"] in known:
            continue
        audio, rate = soundfile.read(out / row["audio"], dtype="float32")
        said = transcribe(audio, rate)
        errors = compare(row["text"], said)
        heard = Heard(
            id=row["id"],
            heard=said,
            syllables=errors.length,
            plain=errors.plain,
            tonal=errors.tonal,
            measured=_measure(audio, rate, errors.length),
        )
        journal.add(heard)
        yield heard


def in_turn(rows: Iterable[Mapping[str, Any]], per_cell: int) -> Iterator[Mapping[str, Any]]:
    """The first clips of each speaker in each style: one of every cell, then the next of every cell."""
    cells: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        cells[row["speaker"], row["style"]].append(row)
    for turn in range(per_cell):
        for cell in cells.values():
            if turn < len(cell):
                yield cell[turn]


def _measure(audio: Float32, rate: int, syllables: int) -> Measured:
    f0 = track_pitch(audio, rate, np.arange(0.0, len(audio) / rate, 0.01))
    semitones = 12.0 * np.log2(f0[f0 > 0].astype(np.float64))
    sounding = ~silent_blocks(audio)
    loud = audio[: len(sounding) * BLOCK].reshape(-1, BLOCK)[sounding]
    return Measured(
        f0_hz=round(float(2.0 ** (semitones.mean() / 12.0)), 1) if len(semitones) else 0.0,
        range_semitones=round(float(semitones.std()), 2) if len(semitones) else 0.0,
        rate=round(syllables / (len(loud) * BLOCK / rate), 2),
        level_dbfs=round(float(10.0 * np.log10(np.square(loud, dtype=np.float64).mean())), 2),
    )


def main() -> None:
    from langsong.measure.quality.asr import Recognizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--asr", required=True, help="a Whisper model in CTranslate2's format")
    parser.add_argument("--per-cell", type=int, default=20)
    parser.add_argument("--all", action="store_true", help="then all others")
    arguments = parser.parse_args()
    made = [row for row in journalled(arguments.out).values() if "rejected" not in row]
    rows = list(in_turn(made, arguments.per_cell)) + (made if arguments.all else [])
    recognizer = Recognizer(arguments.asr)
    for number, heard in enumerate(listen(rows, arguments.out, recognizer.transcribe), 1):
        print(f"{number}: {heard['id']} {heard['plain']}/{heard['syllables']} {heard['heard']}", flush=True)


if __name__ == "__main__":
    main()
