"""langsong expressiveness"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from langsong.errors import AudioError, LangsongError

from .arguments import SpeakerOption, VoiceOption

QUICK_SENTENCES = 4


def expressiveness(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for tables and plots.")] = Path("output"),
    quick: Annotated[bool, typer.Option("--quick", help=f"{QUICK_SENTENCES} sentences instead of 20.")] = False,
    recogniser: Annotated[
        str | None, typer.Option("--asr", help="Whisper model for pinyin errors: folder or name.", show_default=False)
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(help="Instead: does speech follow these? A listing of path, emotion, speaker, apart by tabs."),
    ] = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
) -> None:
    """Measure how emotions move prosody, timbre and intelligibility. 测量情感对韵律、音色与可懂度的影响。"""
    from langsong.engine.synthesizer import Synthesizer
    from langsong.measure.expressiveness.report import table, write_report
    from langsong.measure.expressiveness.study import SENTENCES, save_takes, takes
    from langsong.measure.quality.asr import Recognizer
    from langsong.measure.quality.similarity import SpeakerEncoder

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(f"cannot make the folder {output}: {error.strerror}") from None
    if recordings is not None:
        _follow(recordings, output, voice)
        return
    embed = None
    try:
        embed = SpeakerEncoder().embed
    except LangsongError as error:
        print(f"langsong: note: voices are not compared: {error}", file=sys.stderr)
    transcribe = Recognizer(recogniser).transcribe if recogniser else None
    found = []
    for take in takes(
        Synthesizer.open(voice),
        SENTENCES[:QUICK_SENTENCES] if quick else SENTENCES,
        speakers=[speaker] if speaker else None,
        embed=embed,
        transcribe=transcribe,
    ):
        found.append(take)
        print(f"\r{len(found)} takes", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    save_takes(found, output / "expressiveness.jsonl")
    print(table(found))
    for path in write_report(found, output):
        print(path)


def _follow(recordings: Path, output: Path, voice: str | None) -> None:
    from langsong.audio.files import write_file
    from langsong.engine.synthesizer import Synthesizer
    from langsong.measure.expressiveness.recordings import follow, listing_table, read_listing
    from langsong.measure.expressiveness.study import SENTENCES

    page = listing_table(follow(Synthesizer.open(voice), read_listing(recordings), SENTENCES[:QUICK_SENTENCES]))
    write_file(output / "recordings.md", page.encode())
    print(page)
    print(output / "recordings.md")
