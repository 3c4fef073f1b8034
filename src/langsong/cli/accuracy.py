"""langsong accuracy"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from langsong.measure.accuracy.table import Row


def accuracy(
    data: Annotated[
        Path | None, typer.Option(help="Folder with the sets cpp, g2pL … [default: ../shared/data/text]")
    ] = None,
    tables: Annotated[Path | None, typer.Option(help="Folder with our own tables. [default: tests/text/data]")] = None,
    misses: Annotated[int, typer.Option(min=0, help="Also print so many wrong cases of each row.")] = 0,
) -> None:
    """Measure how many texts, tones and polyphones are read right. 测读音。"""
    from langsong.measure.accuracy.sets import own_tables, shared_texts
    from langsong.measure.accuracy.table import markdown, rows

    measured: list[Row] = []

    def kept() -> Iterator[Row]:
        for row in rows(data or shared_texts(), tables or own_tables()):
            measured.append(row)
            yield row

    for line in markdown(kept()):
        print(line, flush=True)
    for row in measured:
        for text, expected, read in row.misses[:misses]:
            print(f"{row.name}\t{text}\t{expected}\t{read}")
