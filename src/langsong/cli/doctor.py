"""langsong doctor"""

from __future__ import annotations

from typing import Annotated

import typer

from langsong.doctor import WAIT_S


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print facts and findings as JSON.")] = False,
    wait: Annotated[float, typer.Option(min=0.1, help="Seconds that torch may take to answer.")] = WAIT_S,
) -> None:
    """Find what keeps langsong from running here, and what to type. 检查运行环境。"""
    from langsong.doctor.__main__ import run

    raise typer.Exit(run(as_json, wait))
