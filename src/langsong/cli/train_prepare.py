"""langsong train prepare"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Preset(str, Enum):
    """Frames of the features: the universal HiFi-GAN's, or those of KAN-TTS voices."""

    hifigan_22k = "22k"
    kantts_8k = "kantts-8k"
    kantts_16k = "kantts-16k"
    kantts_24k = "kantts-24k"
    kantts_48k = "kantts-48k"


class OnBad(str, Enum):
    """What a bad clip does."""

    skip = "skip"
    stop = "stop"


WorkersOption = Annotated[int | None, typer.Option("--workers", "-j", min=1, help="Processes. [default: one per core]")]


def prepare(
    source: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of recordings, or its CSV, TSV or JSONL.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the prepared corpus.")],
    like: Annotated[str | None, typer.Option(help="Voice whose frames and way of reading to use.")] = None,
    preset: Annotated[Preset, typer.Option(help="Frames, without --like.")] = Preset.hifigan_22k,
    speaker: Annotated[str | None, typer.Option("--speaker", "-s", help="Of clips that name none.")] = None,
    emotion: Annotated[str | None, typer.Option("--emotion", "-e", help="Of clips that name none.")] = None,
    level: Annotated[
        float | None, typer.Option(min=-60, max=-6, help="Speech level of every clip, dBFS. [default: -22.5]")
    ] = None,
    keep_level: Annotated[bool, typer.Option("--keep-level", help="Leave clips as loud as they are.")] = False,
    trim: Annotated[
        float | None, typer.Option(min=1, help="dB below the loudest that are silence. [default: by noise]")
    ] = None,
    longest: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds of the longest usable clip. [default: 20]")
    ] = None,
    held_out: Annotated[
        float | None, typer.Option(min=0, max=0.99, help="Share that is held out. [default: 0.02]")
    ] = None,
    on_bad: Annotated[OnBad, typer.Option(help="Go on without bad clips, or stop.")] = OnBad.skip,
    workers: WorkersOption = None,
) -> None:
    """Check and measure a corpus for training; an interrupted run goes on. 准备训练语料。

    Known are CSV, TSV and JSONL tables, LJSpeech, AISHELL-3, KAN-TTS, transcripts beside the recordings, and any list
    of names and texts.
    """
    from rich.progress import Progress

    from langsong.bundle.store import find_voice
    from langsong.train.prepare.job import prepare as run
    from langsong.train.prepare.report import write_report
    from langsong.train.prepare.settings import changed, settings_like
    from langsong.train.prepare.settings import preset as frames_of

    settings = changed(
        settings_like(find_voice(like).manifest) if like else frames_of(preset.value),
        {
            "speaker": speaker,
            "emotion": emotion,
            "level_dbfs": level,
            "trim_db": trim,
            "max_s": longest,
            "valid_share": held_out,
            "on_bad": on_bad.value,
        },
    )
    if keep_level:
        settings = settings.model_copy(update={"level_dbfs": None})
    with Progress() as bar:
        task = bar.add_task("measuring", total=None)
        found = run(
            source,
            output,
            settings,
            workers=workers,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            told=print,
        )
    report = write_report(found)
    minutes = sum(facts.seconds for facts in found.facts.values()) / 60
    print(
        f"{len(found.corpus.train)} clips for training, {len(found.corpus.valid)} held out, {minutes:.1f} minutes; "
        f"{len(found.rejected)} rejected; {report}"
    )
