"""langsong accuracy"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def accuracy(
    data: Annotated[
        Path | None, typer.Option(help="Folder with the sets cpp, g2pL … [default: ../shared/data/text]")
    ] = None,
    tables: Annotated[Path | None, typer.Option(help="Folder with our own tables. [default: tests/text/data]")] = None,
    misses: Annotated[int, typer.Option(min=0, help="Also print so many wrong cases of each row.")] = 0,
) -> None:
    """Measure how many texts, tones and polyphones are read right. 测读音。"""
    from langsong.measure.accuracy.__main__ import main

    main(data, tables, misses=misses)
