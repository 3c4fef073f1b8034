"""Corpora that are a list: JSONL, CSV, TSV, LJSpeech's ``metadata.csv``, and lines of a name and a text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langsong.engine.emotion_names import is_emotion
from langsong.errors import CorpusError
from langsong.text.hanzi import is_hanzi

from .clips import Clip, Listing
from .files import AUDIO_SUFFIXES, Files, exists
from .transcripts import is_toned, read_text

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
_MOST_COLUMNS = 4
_LANGUAGE_LENGTH = 2
_SPEAKER = re.compile(r"[A-Za-z]\w*")


def read_jsonl(path: Path, sounds: Files) -> Listing:
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
        except (ValueError, TypeError, OverflowError) as error:
            listing.reject("", source, f"the line is not usable ({error})")
            continue
        listing.add(_clip(path.parent, sounds, {k: _text(v) for k, v in row.items()}, units, durations), source)
    return listing


def read_table(path: Path, sounds: Files) -> Listing:
    """CSV, TSV, LJSpeech's ``id|text|normalised text``, or a name, a space and a text.

    With a header its columns are found by name; without, they are id or file, text, speaker, emotion.

    Raises:
        CorpusError: the list is not text, or a quotation mark in it is never closed.
    """
    text = read_text(path)
    delimiter = _delimiter(path, text.lstrip().partition("\n")[0])
    listing = Listing("LJSpeech" if delimiter == "|" else f"{path.suffix[1:].upper() or 'list'} {path.name}")
    rows = list(_rows(path, text, delimiter))
    header = _header(rows[0][1]) if rows else None
    if header and exists(sounds.find(rows[0][1][0], path.parent)):
        header = None  # a recording comes first, and words in its line are no names of columns
    if header:
        number, _ = rows.pop(0)
        if "text" not in header:
            listing.reject("", f"{path.name}, line {number}", "no column is called 'text'")
            return listing
    width = len(header) if header else _usual_width(rows, delimiter)
    for number, cells in rows:
        source = f"{path.name}, line {number}"
        named = dict(zip(header, cells, strict=False)) if header else _placed(cells, delimiter)
        clip = _clip(path.parent, sounds, named)
        if reason := _misread(cells, width, delimiter):
            listing.reject(cells[0], source, reason, clip.audio)
        else:
            listing.add(clip, source)
    return listing


def read_sidecars(folder: Path, sounds: Files) -> Listing:
    """Recordings, each with a ``.txt`` or ``.lab`` of its name beside it, or both the only ones of that name."""
    listing = Listing("transcripts beside the recordings")
    texts = Files(folder, (".txt", ".lab"))
    for audio in sounds.paths:
        text, source = _own_text(audio, texts, sounds), str(audio.relative_to(folder))
        try:
            listing.add(Clip("", audio, read_text(text).strip() if text else ""), source)
        except CorpusError as error:
            listing.reject(audio.stem, source, str(error), audio)
    return listing


def _own_text(audio: Path, texts: Files, sounds: Files) -> Path | None:
    """The text of a recording that is no other one's."""
    beside = texts.at(audio.with_suffix(""))
    if beside and sounds.at(beside.with_suffix("")) == audio:
        return beside
    elsewhere = texts.only(audio.stem)
    return elsewhere if elsewhere and sounds.only(elsewhere.stem) == audio else None


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
        reader = csv.reader(io.StringIO(f"{text}\n"), delimiter=delimiter)  # an open quotation goes on over the end
        try:
            for cells in reader:
                if cells and cells[-1].endswith("\n"):
                    raise CorpusError(f"{path.name}, line {reader.line_num} or before: a quotation mark is not closed")
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise CorpusError(f"{path.name}, line {reader.line_num}: {error}") from None
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            cells = line.split(None, 1) if delimiter == _SPACE else line.split(delimiter)
            yield number, [_unquoted(cell.strip()) for cell in cells]


def _unquoted(cell: str) -> str:
    """Without the quotation marks that some programs put around every cell."""
    inner = cell[1:-1]
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"' or '"' in inner.replace('""', ""):
        return cell
    return inner.replace('""', '"')


def _header(cells: list[str]) -> list[str] | None:
    """Our names of the columns, if the first row has names."""
    known = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    names = [known.get(cell.lower(), cell.lower()) for cell in cells]
    return names if "id" in names or "audio" in names else None


def _usual_width(rows: list[tuple[int, list[str]]], delimiter: str) -> int:
    """Columns of a list without header: where commas are between them, texts may have added some."""
    widths = Counter(len(cells) for _, cells in rows)
    return widths.most_common(1)[0][0] if widths and delimiter in ",;" else _MOST_COLUMNS


def _misread(cells: list[str], width: int, delimiter: str) -> str:
    """Why the columns are not what they seem to be, if so."""
    if any(cells[width:]):
        advice = ": a text with commas needs quotation marks" if delimiter in ",;" else ""
        return f"it has {len(cells)} columns and not {width}{advice}"
    if any("\n" in cell for cell in cells):
        return "a text goes on in the next line: is a quotation mark not closed?"
    return ""


def _placed(cells: list[str], delimiter: str) -> dict[str, str]:
    """What the columns of a list without header are."""
    cells = [*cells, "", "", ""][:_MOST_COLUMNS]
    if delimiter != "|":
        row = dict(zip(("id", "text", "speaker", "emotion"), cells, strict=True))
        if is_emotion(row["speaker"]) and not row["emotion"]:
            row |= {"speaker": "", "emotion": row["speaker"]}
        return row
    name, second, third, fourth = cells
    if fourth and len(third) == _LANGUAGE_LENGTH:
        return {"id": name, "speaker": second, "text": fourth}  # file|speaker|language|text
    for speaker, text in ((second, third), (third, second)):
        if _SPEAKER.fullmatch(speaker) and not is_toned(speaker) and any(map(is_hanzi, text)):
            return {"id": name, "speaker": speaker, "text": text}
    return {"id": name, "text": third or second}


def _clip(folder: Path, sounds: Files, row: dict[str, str], units: str = "", durations: tuple[float, ...] = ()) -> Clip:
    named = {
        name: next((row[alias].strip() for alias in aliases if row.get(alias, "").strip()), "")
        for name, aliases in _COLUMNS.items()
    }
    name = named["audio"] or named["id"]
    return Clip(
        id=_without_suffix(named["id"]) if named["audio"] else "",
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
