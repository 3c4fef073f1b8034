"""langsong book"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import (
    DeviceOption,
    EmotionOption,
    EmotionTextOption,
    EnergyOption,
    IntensityOption,
    LexiconOption,
    PauseOption,
    PitchOption,
    PitchRangeOption,
    PrecisionOption,
    RateOption,
    RuntimeOption,
    SpeakerOption,
    SpeedOption,
    VoiceOption,
)
from .batch import RayOption, WorkersOption, execution, given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langsong.batch.book.pieces import Part
    from langsong.batch.work import Failed


def book(
    source: Annotated[Path, typer.Argument(metavar="FILE", help=".txt, .md, .epub, .srt, .vtt or .jsonl")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the audiobook.")],
    format: Annotated[str, typer.Option(help="m4b, mp3 or opus.")] = "m4b",
    title: Annotated[str | None, typer.Option(help="[default: the file's, or its name]")] = None,
    author: Annotated[str | None, typer.Option(help="[default: the file's]")] = None,
    cover: Annotated[Path | None, typer.Option(help="JPEG or PNG. [default: the file's]")] = None,
    script: Annotated[
        bool, typer.Option("--script", help="The text is a script: lines such as 角色: … and [高兴] …")
    ] = False,
    encoding: Annotated[str | None, typer.Option(help="Of a text file. [default: UTF-8 or GB18030]")] = None,
    workers: WorkersOption = None,
    ray: RayOption = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    emotion_text: EmotionTextOption = None,
    intensity: IntensityOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    pitch_range: PitchRangeOption = None,
    energy: EnergyOption = None,
    sentence_pause: PauseOption = None,
    sample_rate: RateOption = None,
    lexicon: LexiconOption = None,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Make an audiobook with chapters, subtitles and times of words; goes on where it was ended. 有声书，可续跑。

    Example:  langsong book novel.txt -o novel --title 故乡 --author 鲁迅
    """
    from langsong.batch.book.assembly import assemble, file_name
    from langsong.batch.book.container import book_format
    from langsong.batch.book.job import PIECES_FOLDER, speak_pieces
    from langsong.batch.book.pieces import parts_of
    from langsong.batch.book.reading import read_book
    from langsong.batch.book.timeline import Timeline
    from langsong.batch.lines import ingredients_of
    from langsong.batch.manifest import Manifest
    from langsong.bundle.store import find_voice

    from .progress import progress_bar

    chosen = book_format(format)
    read = read_book(source, encoding)
    content = replace(
        read,
        title=title or read.title or source.stem,
        author=author or read.author,
        cover=read.cover if cover is None else _read_cover(cover),
    )
    defaults = given(
        voice=voice,
        speaker=speaker,
        emotion=emotion,
        emotion_text=emotion_text,
        intensity=intensity,
        speed=speed,
        pitch=pitch,
        pitch_range=pitch_range,
        energy=energy,
        sentence_pause=sentence_pause,
        sample_rate=sample_rate or find_voice(voice).manifest.audio.sample_rate,
    )
    parts = parts_of(content, defaults, ingredients_of(lexicon), script=script)
    speaking = execution(ray, voice, workers, lexicon, runtime, device, precision)
    with Manifest(output / PIECES_FOLDER) as manifest:  # to the end, so that no other run writes to the folder
        with speaking as (execute, at_once), progress_bar("characters") as bar:
            failures = speak_pieces(parts, manifest, execute, at_once, bar.begin, bar.advance)
        if failures:
            _tell(parts, failures)
            raise typer.Exit(1)
        timeline = Timeline(parts, manifest.folder)
        with progress_bar("seconds") as bar:
            bar.begin(round(timeline.seconds(timeline.stretches[-1].end)), 0)
            whole = assemble(content, timeline, output, file_name(content.title) or "book", chosen, bar.advance)
    if timeline.late_s > 0.1:
        print(
            f"langsong: note: speech that is too long for its cues begins up to {timeline.late_s:.1f} s late",
            file=sys.stderr,
        )
    print(whole)


def _read_cover(path: Path) -> bytes:
    from langsong.batch.book.container import check_cover
    from langsong.errors import AudioError

    try:
        data = path.read_bytes()
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror}; check the path") from None
    check_cover(data, str(path))
    return data


def _tell(parts: Sequence[Part], failures: Sequence[Failed]) -> None:
    places = {
        piece.item.key: f"{part.title}: {(piece.item.request or {})['text'].splitlines()[-1][:30]}"
        for part in reversed(parts)
        for piece in reversed(part.pieces)
    }
    for failure in failures:
        print(f"failed: {places[failure.key]}: {failure.error}", file=sys.stderr)
    print(
        f"{len(failures)} of the book's paragraphs cannot be spoken: change them and start again; the others are kept",
        file=sys.stderr,
    )
