"""Corpora that are a list: JSONL, CSV, TSV, LJSpeech's ``metadata.csv``, and lines of a name and a text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langsong.engine.emotion_names import is_emotion
from langsong.errors import CorpusError
from langsong.text.hanzi import is_hanzi

from .clips import Clip, Listing, Rejection, safe_name
from .sounds import AUDIO_SUFFIXES, Sounds
from .transcripts import read_text

_COLUMNS = {
    "id": ("id", "utt", "utt_id", "name", "编号"),
    "audio": (
        "audio", "path", "file", "filename", "wav", "file_name", "audio_filepath", "audio_path", "文件", "文件名",
        "音频", "路径",
    ),
    "text": ("text", "transcript", "transcription", "sentence", "content", "文本", "内容", "句子"),
    "speaker": ("speaker", "spk", "speaker_id", "说话人"),
    "emotion": ("emotion", "style", "情感", "情绪"),
}  # fmt: skip
"""Names that people give to what is needed, the commonest first."""

_SPACE = " "


def read_jsonl(path: Path, sounds: Sounds) -> Listing:
    """A JSON object a line: ``audio``, ``text`` and, if wanted, ``id``, ``speaker``, ``emotion``, ``units`` and
    ``durations`` (seconds, one for each unit); other keys are ignored."""
    listing = Listing(f"JSONL {path.name}")
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        source = f"{path.name}, line {number}"
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
            units, durations = _text(row.get("units")), tuple(float(d) for d in row.get("durations") or ())
        except (ValueError, TypeError) as error:
            listing.rejected.append(Rejection("", source, f"the line is not usable ({error})"))
            continue
        listing.add(_clip(path.parent, sounds, {k: _text(v) for k, v in row.items()}, units, durations), source)
    return listing


def read_table(path: Path, sounds: Sounds) -> Listing:
    """CSV, TSV, LJSpeech's ``id|text|normalised text``, or a name, a space and a text.

    With a header its columns are found by name; without, they are id or file, text, speaker, emotion.

    Raises:
        CorpusError: the list is not text, or a quotation mark in it is not closed.
    """
    text = read_text(path)
    delimiter = _delimiter(path, text.lstrip().partition("\n")[0])
    listing = Listing("LJSpeech" if delimiter == "|" else f"{path.suffix[1:].upper() or 'list'} {path.name}")
    header: list[str] | None = None
    width = 0
    for number, cells in _rows(path, text, delimiter):
        if not width and (header := _header(cells)):
            width = len(header)
            continue
        width = width or (4 if len(cells) < 3 or delimiter != "," else len(cells))
        source = f"{path.name}, line {number}"
        if len(cells) > width:
            reason = f"it has {len(cells)} columns and not {width}: a text with {delimiter!r} needs quotation marks"
            listing.rejected.append(Rejection(safe_name(cells[0]), source, reason))
            continue
        row = dict(zip(header, cells, strict=False)) if header else _by_place(cells, delimiter)
        listing.add(_clip(path.parent, sounds, row), source)
    return listing


def read_sidecars(folder: Path, sounds: Sounds) -> Listing:
    """Sound files, each with a ``.txt`` or ``.lab`` of the same name beside it, or the only one of it anywhere."""
    listing = Listing("transcripts beside the recordings")
    texts: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".txt", ".lab") and path.is_file():
            texts.setdefault(path.stem.casefold(), []).append(path)
    for audio in sounds.files:
        named = texts.get(audio.stem.casefold(), [])
        beside = [path for path in named if path.parent == audio.parent] or (named if len(named) == 1 else [])
        source = str(audio.relative_to(folder))
        try:
            text = read_text(beside[-1]).strip() if beside else ""
        except CorpusError as error:
            listing.mentioned.add(audio)
            listing.rejected.append(Rejection(safe_name(audio.stem), source, str(error)))
            continue
        listing.add(Clip("", audio, text), source)
    return listing


def _delimiter(path: Path, first: str) -> str:
    """What is between the columns, by the first line."""
    for delimiter in "\t|":
        if delimiter in first:
            return delimiter
    if path.suffix.lower() == ".csv":
        return ";" if ";" in first and "," not in first else ","
    return _SPACE if _SPACE in first.partition(",")[0] or "," not in first else ","


def _rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, with their numbers, as cells without spaces around them."""
    if delimiter in ",;":
        reader = csv.reader(io.StringIO(f"{text}\n"), delimiter=delimiter)  # an open quotation goes on over it
        try:
            for cells in reader:
                if any("\n" in cell for cell in cells):
                    raise CorpusError(f"{path.name}, line {reader.line_num} or before: a quotation mark is not closed")
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, _stripped(cells)
        except csv.Error as error:
            raise CorpusError(f"{path.name}, line {reader.line_num}: {error}") from None
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _stripped(line.split(None, 1) if delimiter == _SPACE else line.split(delimiter))


def _stripped(cells: list[str]) -> list[str]:
    found = [cell.strip() for cell in cells]
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _header(cells: list[str]) -> list[str] | None:
    """Our names of the columns, if the first row has names."""
    known = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    names = [known.get(cell.lower(), cell.lower()) for cell in cells]
    return names if "text" in names and ("id" in names or "audio" in names) else None


def _by_place(cells: list[str], delimiter: str) -> dict[str, str]:
    """What the columns of a list without header are."""
    if delimiter != "|":
        row = dict(zip(("id", "text", "speaker", "emotion"), cells, strict=False))
        if len(cells) == 3 and is_emotion(cells[2]):
            row["emotion"] = row.pop("speaker")
        return row
    name, *rest = cells
    if len(rest) == 3 and len(rest[1]) == 2:
        return {"id": name, "speaker": rest[0], "text": rest[2]}  # file|speaker|language|text
    speaker = ""
    if len(rest) > 1 and any(map(is_hanzi, "".join(rest[:2]))):
        spoken = [any(map(is_hanzi, cell)) for cell in rest[:2]]
        if spoken != [True, True]:
            speaker = rest[spoken.index(False)]
            rest = [rest[spoken.index(True)]]
    return {"id": name, "speaker": speaker, "text": rest[-1] if rest else ""}


def _clip(
    folder: Path, sounds: Sounds, row: dict[str, str], units: str = "", durations: tuple[float, ...] = ()
) -> Clip:
    named = {
        name: next((row[alias].strip() for alias in aliases if row.get(alias, "").strip()), "")
        for name, aliases in _COLUMNS.items()
    }
    name = named["audio"] or named["id"]
    return Clip(
        id=safe_name(_without_suffix(named["id"])) if named["audio"] and named["id"] else "",
        audio=sounds.find(name, folder) if name else folder,
        text=named["text"],
        speaker=named["speaker"],
        emotion=named["emotion"].removeprefix("emotion_"),
        units=units,
        durations_s=durations,
    )


def _without_suffix(name: str) -> str:
    return name.rpartition(".")[0] if name.lower().endswith(AUDIO_SUFFIXES) else name


def _text(value: Any) -> str:
    return "" if value is None else str(value)
