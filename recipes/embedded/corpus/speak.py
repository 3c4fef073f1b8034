"""python -m corpus.speak OUT --hours 8: the clips, in two processes, until there are so many hours of speech.

Reads OUT/texts.jsonl; writes OUT/audio/<id>.flac, and a line of OUT/clips.<part>.jsonl for each or the reason why there
is none. It may be killed at any moment, and goes on from there when called again.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
import soundfile

from corpus.fetch import CACHE
from corpus.journal import Journal, read_lines
from corpus.labels import RATE
from corpus.making import Row, make
from corpus.plan import Clip, Text, clips
from corpus.speakers import SPEAKERS, style_table
from langsong.errors import TextError
from langsong.types import Float32

Maker = Callable[[Clip], tuple[Float32, Row]]


def speak(plan: Iterable[Clip], out: Path, part: int, seconds: float, maker: Maker) -> None:
    """Make the clips of `plan` that no journal in `out` has, until those of the plan last so many seconds."""
    (out / "audio").mkdir(parents=True, exist_ok=True)
    done = journalled(out)
    journal = Journal(out / f"clips.{part}.jsonl")
    have, made, begin = 0.0, 0.0, time.monotonic()
    for clip in plan:
        if have >= seconds:
            break
        row = done.get(clip.id)
        if row is None:
            try:
                audio, fresh = maker(clip)
                write_flac(out / fresh["audio"], audio)
                row = cast(dict[str, Any], fresh)
            except (ValueError, TextError) as error:
                row = {"id": clip.id, "rejected": str(error)}
            journal.add(row)
            made += sum(row.get("durations", ()))
            wall = time.monotonic() - begin
            print(f"{part}: {clip.id} {have / 3600:.3f} h, {made / wall:.2f} s of speech a second", flush=True)
        have += sum(row.get("durations", ()))


def journalled(out: Path) -> dict[str, dict[str, Any]]:
    """All lines of all parts' journals by id."""
    return {row["id"]: row for path in sorted(out.glob("clips.*.jsonl")) for row in read_lines(path)}


def write_flac(path: Path, audio: Float32) -> None:
    """16 bits at 24 kHz, whole or not at all.

    Raises:
        ValueError: samples beyond full scale, or not finite.
    """
    if not float(np.abs(audio).max(initial=0.0)) < 1.0:
        raise ValueError("samples are beyond full scale or not finite")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    soundfile.write(beside, audio, RATE, format="FLAC", subtype="PCM_16")
    beside.replace(path)


def _run(out: Path, cache: Path, part: int, parts: int, seconds: float, skip: int) -> None:
    from corpus.teacher import Teacher
    from corpus.texts import CONVENTIONS
    from langsong.text.frontend import Frontend

    texts = cast(list[Text], list(read_lines(out / "texts.jsonl")))
    with np.load(cache / "voices.npz") as voices:
        tables = {name: style_table(speaker, voices) for name, speaker in SPEAKERS.items()}
    teacher, frontend = Teacher(cache), Frontend(CONVENTIONS)
    plan = itertools.takewhile(lambda _: _has_parent(), itertools.islice(clips(texts), skip + part, None, parts))
    speak(plan, out, part, seconds / parts, lambda clip: make(clip, teacher, tables, frontend))


def _has_parent() -> bool:
    """Whether who started this process still lives: two runs at once would make the same clips twice."""
    parent = multiprocessing.parent_process()
    return parent is not None and parent.is_alive()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--skip", type=int, default=0, help="clips of the plan to leave out: a voice has learnt them")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"what corpus.fetch made (default: {CACHE})")
    arguments = parser.parse_args()
    if not (arguments.out / "texts.jsonl").exists():
        raise SystemExit(f"speak: no texts.jsonl in {arguments.out}: run corpus.texts first")
    if not (arguments.cache / "voices.npz").exists():
        raise SystemExit(f"speak: no teacher in {arguments.cache}: run corpus.fetch first")
    start = multiprocessing.get_context("spawn").Process
    workers = [
        start(
            target=_run,
            args=(arguments.out, arguments.cache, part, arguments.processes, arguments.hours * 3600, arguments.skip),
            daemon=True,
        )
        for part in range(arguments.processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("speak: a process failed, see above")


if __name__ == "__main__":
    main()
