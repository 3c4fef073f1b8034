"""langsong label"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The label of generated content in sound files (GB 45438-2025). 声音文件的生成内容标识。")

FileArgument = Annotated[Path, typer.Argument(help="wav, flac, mp3, aac, opus or ogg.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(file: FileArgument, as_json: JsonOption = False) -> None:
    """Print a file's label; exit code 1 if it has none. 显示标识。"""
    from langsong.audio.label import read_label

    label = read_label(file)
    if as_json:
        print(json.dumps(None if label is None else label.as_dict(), ensure_ascii=False))
    elif label is None:
        print(f"{file}: no content label")
    else:
        for name, value in label.as_dict().items():
            print(f"{name}: {value}".rstrip())
    if label is None:
        raise typer.Exit(1)


@app.command()
def verify(file: FileArgument, as_json: JsonOption = False) -> None:
    """Exit code 0 if a file's label is as the standard wants it, 1 if not. 检查标识是否符合标准。"""
    from langsong.audio.label import read_label

    label = read_label(file)
    faults = ["no content label"] if label is None else label.faults()
    if as_json:
        print(json.dumps({"file": str(file), "valid": not faults, "faults": faults}, ensure_ascii=False))
    else:
        for line in faults or ["labelled as generated content"]:
            print(f"{file}: {line}")
    if faults:
        raise typer.Exit(1)
