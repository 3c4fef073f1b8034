"""The table of what the frontend has to reach, and what it does reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from langsong.measure.accuracy import score, sets
from langsong.measure.accuracy.cost import cost
from langsong.measure.accuracy.score import Score
from langsong.text.frontend import Frontend
from langsong.text.omissions import Omission


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        goal, reached: as printed.
        note: how it was counted.
    """

    name: str
    goal: str
    reached: str
    note: str = ""
    misses: tuple[tuple[str, str, str], ...] = ()


def rows(data: Path, tables: Path) -> Iterator[Row]:
    """Measure row by row; a set that is not there gives a row that says so.

    Args:
        data: the folder with ``cpp``, ``g2pL``, ``wetext_tn`` …
        tables: the folder with the repository's own tables.
    """
    frontend = Frontend()
    plan: list[tuple[str, str, Callable[[], Iterator[Row]]]] = [
        ("WeText TN, 131 cases", "≥ 129", lambda: _cases(frontend, sets.wetext(data), ("erhua", "fillers"))),
        ("the same as we read it", "–", lambda: _cases(frontend, sets.wetext(data))),
        ("Paddle TN, 127 cases", "≥ 115", lambda: _cases(frontend, sets.paddle(data))),
        ("own TN tables", "≥ 98 %", lambda: _cases(frontend, sets.own_written(tables))),
        ("own sandhi and erhua tables", "≥ 97 %", lambda: _spoken(frontend, sets.own_spoken(tables))),
        ("CPP test", "≥ 97.5 %", lambda: _polyphones(frontend, sets.marked(data, "cpp/test"))),
        ("g2pL test", "≥ 96.5 %", lambda: _polyphones(frontend, sets.marked(data, "g2pL/test"))),
        ("HSK pinyin", "≥ 97.5 %", lambda: _citations(frontend, sets.hsk(data))),
        (
            "own polyphone tables",
            "≥ 97.5 %",
            lambda: _polyphones(frontend, sets.own_polyphones(tables, "polyphone_*.tsv")),
        ),
        (
            "own hard polyphones, never tuned on",
            "–",
            lambda: _polyphones(frontend, sets.own_polyphones(tables, "heldout_polyphones.tsv")),
        ),
    ]
    for name, goal, measured in plan:
        try:
            for row in measured():
                yield Row(name, goal, row.reached, row.note, row.misses)
        except FileNotFoundError as missing:
            yield Row(name, goal, "no data", f"{missing.filename or missing} is not there")
    yield from _costs()


def markdown(table: Iterator[Row]) -> Iterator[str]:
    """The lines of the table, each as soon as it is measured."""
    yield "| set | goal | reached | how it is counted |"
    yield "|---|---|---|---|"
    for row in table:
        yield f"| {row.name} | {row.goal} | {row.reached} | {row.note} |"


def _cases(frontend: Frontend, cases: Iterator[sets.Written], without: Collection[Omission] = ()) -> Iterator[Row]:
    note = "whole text, punctuation and spaces aside"
    if without:
        note += f"; without {' and '.join(without)}, as the set asks"
    yield _row(score.normalization(frontend, cases, without), note)


def _spoken(frontend: Frontend, cases: Iterator[sets.Spoken]) -> Iterator[Row]:
    yield _row(score.pronunciation(frontend, cases), "whole text, every syllable")


def _polyphones(frontend: Frontend, cases: Iterator[sets.Polyphone]) -> Iterator[Row]:
    chosen, heard = score.polyphones(frontend, cases)
    note = f"marked character before sandhi and neutral tone; as it sounds {heard.percent:.2f} %"
    yield _row(chosen, note)


def _citations(frontend: Frontend, cases: Iterator[sets.Spoken]) -> Iterator[Row]:
    yield _row(
        score.citations(frontend, cases),
        "syllables before sandhi, without 一 不 儿, neutral tone or not; in place of AISHELL-3's texts",
    )


def _row(counted: Score, note: str) -> Row:
    reached = f"{counted.right} / {counted.total} = {counted.percent:.2f} %"
    return Row("", "", reached, note, tuple(counted.misses))


def _costs() -> Iterator[Row]:
    measured = cost()
    yield Row("speed", "≤ 3 ms", f"{measured.sentence_s * 1e3:.2f} ms", "a sentence of 40 characters to pinyin")
    yield Row("import and ready", "≤ 1 s", f"{measured.ready_s:.2f} s", "a new process, to the first sentence read")
    if measured.peak_bytes is not None:
        yield Row("memory", "≤ 200 MB", f"{measured.peak_bytes / 1e6:.0f} MB", "peak of the process, Python included")
