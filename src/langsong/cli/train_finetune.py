"""langsong train align, langsong train finetune"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from langsong.errors import OptionError

from .train_prepare import WorkersOption


def align(
    corpus: Annotated[Path, typer.Argument(help="Folder of a prepared corpus. 准备好的语料目录。")],
    base: Annotated[
        str | None, typer.Option(help="Voice whose own speech begins the phone models. [default: embedded] 基础音色。")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Run that has learnt durations, instead. 训练目录。")] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace durations that are there. 重新对齐。")] = False,
) -> None:
    """Find the durations of a prepared corpus that has none. 强制对齐，写出时长。"""
    if run and base:
        raise OptionError("give --base or --run, not both")
    from .train import needs_extra

    needs_extra()
    from langsong.engine.synthesizer import Synthesizer
    from langsong.train.align import align as find
    from langsong.train.align import voice_aligner
    from langsong.train.aligner import RunAligner

    if run:
        report = find(corpus, lambda _: RunAligner(run), again=again)
    else:
        report = find(corpus, lambda found: voice_aligner(Synthesizer.open(base, cache_bytes=0), found), again=again)
    print(f"{report.aligned} utterances aligned")
    for line in report.misfits():
        print(line)


def finetune(
    data: Annotated[Path, typer.Option(help="Recordings with transcripts; a folder or its table. 录音与文本。")],
    speaker: Annotated[str, typer.Option("--speaker", "-s", help="Name of the new speaker. 新说话人名。")],
    base: Annotated[
        str | None, typer.Option(help="Voice to start from, or a KAN-TTS folder. [default: embedded] 基础音色。")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the new bundle. [default: installed under the speaker's name] 输出。")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder for what is in between; a run that was ended goes on. 工作目录。")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Of training. [default: by the data] 训练步数。")] = None,
    workers: WorkersOption = None,
) -> None:
    """Teach a voice a new speaker, from 20 utterances on. 用少量录音微调出新说话人。"""
    from .train import ProgressLine, needs_extra

    needs_extra()
    from langsong.bundle.manifest import VOICE_NAME_PATTERN
    from langsong.bundle.store import voices_home
    from langsong.train.finetune import finetune as teach

    if output is None and not re.fullmatch(VOICE_NAME_PATTERN, speaker):
        raise OptionError(f"{speaker!r} cannot be the name of a folder: give --output, for example --output my-voice")
    target = output or voices_home() / speaker
    found = teach(
        base,
        data,
        speaker,
        target,
        work or target.with_name(f"{target.name}.work"),
        steps=steps,
        workers=workers,
        reporter=ProgressLine(),
        told=print,
    )
    print(
        f"{found.voice.folder}: {speaker} from {found.utterances} utterances ({found.seconds / 60:.1f} minutes), "
        f"{found.rejected} rejected, begun as {found.borrowed}, {100 * found.back:.0f} % of the way back to it"
    )
