"""langsong train"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langsong.errors import MissingExtra, OptionError

from . import train_finetune, train_prepare

if TYPE_CHECKING:
    from langsong.train.records import Progress

app = typer.Typer(help="Train your own voice. 训练自己的音色。", no_args_is_help=True)
app.command("prepare")(train_prepare.prepare)
app.command("align")(train_finetune.align)
app.command("finetune")(train_finetune.finetune)


def needs_extra() -> None:
    """See that what training needs is installed.

    Raises:
        MissingExtra: it is not.
    """
    if any(find_spec(module) is None for module in ("torch", "yaml", "tensorboard")):
        raise MissingExtra("train", "training")


class ProgressLine:
    """Prints how a run goes, a line per report, to standard error."""

    def __call__(self, progress: Progress) -> None:
        line = f"{progress.step}/{progress.steps}  {_losses(progress.values)}"
        if progress.steps_per_s:
            minutes, seconds = divmod(int(progress.remaining_s), 60)
            line += f"  {progress.steps_per_s:.2f} steps/s, {minutes // 60}:{minutes % 60:02d}:{seconds:02d} left"
        print(line, file=sys.stderr, flush=True)


def _losses(values: Mapping[str, float]) -> str:
    from langsong.train.records import PACE

    return " ".join(f"{name} {value:.4g}" for name, value in values.items() if name not in PACE)


@app.command("run")
def run_recipe(
    recipe: Annotated[Path, typer.Argument(help="What to train, in YAML. 训练配方。")],
    resume: Annotated[
        str, typer.Option(help="never, or auto: go on from the last checkpoint, if there is one. 断点续训。")
    ] = "never",
) -> None:
    """Train an acoustic model or a vocoder. 训练声学模型或声码器。"""
    if resume not in ("never", "auto"):
        raise OptionError(f"--resume is 'never' or 'auto', not {resume!r}")
    needs_extra()
    from langsong.train.recipe import read_recipe
    from langsong.train.run import train

    train(read_recipe(recipe), resume=resume == "auto", reporter=ProgressLine())


@app.command("export")
def export_run(
    run: Annotated[Path, typer.Argument(help="Folder of a run. 训练目录。")],
    output: Annotated[Path, typer.Argument(help="Folder of the new voice bundle. 输出音色目录。")],
    partner: Annotated[
        str | None,
        typer.Option(
            "--with", help="Voice or run that has the other half: the vocoder, or the acoustic model. 另一半模型。"
        ),
    ] = None,
    card: Annotated[Path | None, typer.Option(help="Voice card in YAML: title, licence … 音色说明。")] = None,
    precision: Annotated[str, typer.Option(help="Of the weights on disk: float32 or float16. 权重精度。")] = "float32",
) -> None:
    """Make a voice of a trained model, and verify it. 导出音色。"""
    needs_extra()
    from langsong.train.export import export

    voice, differences = export(run, output, partner=partner, card=card, precision=precision)
    worst = max(differences, key=lambda stage: differences[stage])
    print(f"{voice.folder}: {voice.name}, graphs agree with torch within {differences[worst]:.1e} ({worst})")


@app.command("bench")
def bench(
    row: Annotated[
        list[str] | None, typer.Option(help="sambert-full, sambert-small, hifigan; may be given several times.")
    ] = None,
    processes: Annotated[
        list[int] | None, typer.Option(help="May be given several times. [default: one per core]")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of each process.")] = 1,
    precision: Annotated[str, typer.Option(help="auto, f32, bf16 or f16.")] = "auto",
    steps: Annotated[int, typer.Option(min=1, help="Counted steps.")] = 5,
) -> None:
    """Measure training steps on this machine. 测训练速度。"""
    needs_extra()
    from pydantic import ValidationError

    from langsong.train.bench import ROWS, measure_training
    from langsong.train.recipe import Hardware

    if unknown := set(row or ROWS) - set(ROWS):
        raise OptionError(f"unknown row {unknown.pop()!r}; there are {', '.join(ROWS)}")
    print("| row | processes x threads | precision | batch | s per step, median (min-max) | CPU s |")
    print("|---|---|---|---|---|---|")
    for name in row or ROWS:
        counts: list[int | None] = [*processes] if processes else [None]
        for count in counts:
            try:
                hardware = Hardware.model_validate(
                    {"precision": precision, "threads": threads, "processes": count or "auto"}
                )
            except ValidationError as error:
                raise OptionError(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from None
            timing = measure_training(name, hardware, steps)
            print(
                f"| {name} | {timing.processes} x {threads} | {precision} | {timing.batch} "
                f"| {timing.median_s:.2f} ({timing.min_s:.2f}-{timing.max_s:.2f}) | {timing.cpu_s:.2f} |",
                flush=True,
            )
