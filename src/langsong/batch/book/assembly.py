"""From spoken pieces to files: each chapter, the whole with chapter marks, and what is said when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from langsong.audio.files import remove_leftovers, replacing, write_file
from langsong.engine.subtitle_lines import Line
from langsong.engine.subtitles import FORMATS as SUBTITLES
from langsong.engine.subtitles import LINE_COLUMNS, Transcript
from langsong.errors import AudioError

from .container import BookFile, BookFormat, Mark
from .content import Book
from .timeline import Stretch, Timeline

_FORBIDDEN = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
_LONGEST_NAME = 40


class _Lines(Transcript):
    """The lines of a whole book; its words would fill the memory."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered: list[Line] = []

    def lines(self, columns: int = LINE_COLUMNS) -> list[Line]:
        return self.gathered


def file_name(title: str) -> str:
    """A title as a part of a file's name."""
    return _FORBIDDEN.sub(" ", title).strip(" .")[:_LONGEST_NAME].strip(" .")


def assemble(
    book: Book,
    timeline: Timeline,
    folder: Path,
    name: str,
    format: BookFormat,
    progress: Callable[[float], None] = lambda seconds: None,
) -> Path:
    """Write all files of a book.

    Args:
        book: for title, author and cover.
        timeline: what sounds when.
        folder: where to, and nobody else meanwhile; ``name.m4b``, ``name.srt`` … and the folder ``chapters``.
        progress: is told how many seconds of sound were written.

    Returns:
        The whole.

    Raises:
        AudioError: a file cannot be written, or the disk is full.
    """
    chapters = folder / "chapters"
    try:
        chapters.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(f"cannot make the folder {chapters}: {error.strerror}; choose another place") from None
    for place in (folder, chapters):
        remove_leftovers(place)
    title = book.title or name
    tags = {"title": title, "artist": book.author, "album": title, "album_artist": book.author, "genre": "Audiobook"}
    marks = [
        Mark(stretch.title or title, timeline.seconds(stretch.start), timeline.seconds(stretch.end))
        for stretch in timeline.stretches
    ]
    whole = folder / f"{name}{format.sound.suffixes[0]}"
    lines = _Lines()
    index: list[dict[str, Any]] = []
    with (
        ThreadPoolExecutor(1, thread_name_prefix="langsong-chapter") as beside,  # both are encoded at once
        replacing(whole) as file,
        BookFile(file, format, timeline.sample_rate, tags, marks, book.cover) as output,
    ):
        for number, (stretch, mark) in enumerate(zip(timeline.stretches, marks, strict=True), 1):
            path = chapters / f"{number:03} {file_name(mark.title)}{format.sound.suffixes[1]}"
            own_tags = tags | {"title": mark.title, "track": f"{number}/{len(marks)}"}
            with ExitStack() as stack:
                chapter = stack.enter_context(
                    BookFile(
                        stack.enter_context(replacing(path)), format, timeline.sample_rate, own_tags, (), book.cover
                    )
                )
                for samples in timeline.sound(stretch):
                    written = beside.submit(chapter.write, samples)
                    output.write(samples)
                    written.result()
                    progress(len(samples) / timeline.sample_rate)
            _write_texts(timeline, stretch, path, lines)
            index.append(
                {
                    "title": mark.title,
                    "start": round(mark.start_s, 4),
                    "end": round(mark.end_s, 4),
                    "audio": str(path.relative_to(folder)),
                    "words": str(path.with_suffix(".json").relative_to(folder)),
                }
            )
    for kind in ("srt", "vtt", "lrc"):
        write_file(folder / f"{name}.{kind}", SUBTITLES[kind](lines).encode())
    listing = folder / f"{name}.json"
    _remove_former(listing, {entry["audio"] for entry in index})
    contents = {
        "title": title,
        "author": book.author,
        "audio": whole.name,
        "duration": round(timeline.seconds(timeline.stretches[-1].end), 4),
        "chapters": index,
    }
    write_file(listing, (json.dumps(contents, ensure_ascii=False, indent=1) + "\n").encode())
    return whole


def _write_texts(timeline: Timeline, stretch: Stretch, path: Path, lines: _Lines) -> None:
    """A chapter's subtitles and times of words; its lines are gathered for the whole."""
    transcript = timeline.transcript(stretch)
    for kind, written in SUBTITLES.items():
        write_file(path.with_suffix(f".{kind}"), written(transcript).encode())
    start_ms, end_ms = (round(1000 * timeline.seconds(samples)) for samples in (stretch.start, stretch.end))
    own = transcript.lines()
    ends = [*(line.start_ms + start_ms for line in own[1:]), end_ms]
    lines.gathered += (
        line._replace(start_ms=line.start_ms + start_ms, end_ms=end) for line, end in zip(own, ends, strict=True)
    )


def _remove_former(listing: Path, current: set[str]) -> None:
    """Remove chapters that a former assembly wrote and this one did not."""
    try:
        former = [chapter["audio"] for chapter in json.loads(listing.read_text(encoding="utf-8"))["chapters"]]
    except (OSError, ValueError, LookupError, TypeError):
        return
    for audio in set(former) - current:
        path = listing.parent / audio
        if path.parent == listing.parent / "chapters":
            for file in (path, *(path.with_suffix(f".{kind}") for kind in SUBTITLES)):
                file.unlink(missing_ok=True)
