"""``python -m langsong.measure.accuracy``: the table as Markdown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from langsong.measure.accuracy.sets import own_tables, shared_texts
from langsong.measure.accuracy.table import Row, markdown, rows


def main(data: Path | None = None, tables: Path | None = None, *, misses: int = 0) -> None:
    """Print the table, then up to `misses` wrong cases of each row."""
    measured: list[Row] = []

    def kept() -> Iterator[Row]:
        for row in rows(data or shared_texts(), tables or own_tables()):
            measured.append(row)
            yield row

    for line in markdown(kept()):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    for row in measured:
        for text, expected, read in row.misses[:misses]:
            sys.stdout.write(f"{row.name}\t{text}\t{expected}\t{read}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m langsong.measure.accuracy")
    parser.add_argument("--data", type=Path, help="folder with cpp, g2pL … [default: ../shared/data/text]")
    parser.add_argument("--tables", type=Path, help="folder with our own tables [default: tests/text/data]")
    parser.add_argument("--misses", type=int, default=0, help="also print so many wrong cases of each row")
    arguments = parser.parse_args()
    main(arguments.data, arguments.tables, misses=arguments.misses)
