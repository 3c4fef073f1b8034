"""Corpora that are a table: JSONL, CSV, TSV, and LJSpeech's ``metadata.csv``."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path, PurePath
from typing import Any

from langsong.errors import CorpusError

from .clips import AUDIO_SUFFIXES, Clip, Listing, Rejection, find_audio

_COLUMNS = {
    "id": ("id", "utt", "utt_id", "name"),
    "audio": ("audio", "path", "file", "filename", "wav", "file_name", "audio_filepath"),
    "text": ("text", "transcript", "transcription", "sentence"),
    "speaker": ("speaker", "spk", "speaker_id"),
    "emotion": ("emotion", "style"),
}
"""Names that people give to what is needed, the commonest first."""

_FOLDERS = ("", "wav", "wavs", "audio", "clips")
"""Where sound lies, seen from the table."""


def read_jsonl(path: Path) -> Listing:
    """A JSON object a line: ``audio``, ``text`` and, if wanted, ``id``, ``speaker``, ``emotion``, ``units`` and
    ``durations`` (seconds, one for each unit); other keys are ignored."""
    listing = Listing(f"JSONL {path.name}")
    for number, line in enumerate(read_text(path).splitlines(), 1):
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
        listing.add(_clip(path.parent, {k: _text(v) for k, v in row.items()}, units, durations), source)
    return listing


def read_table(path: Path) -> Listing:
    """CSV, TSV, or LJSpeech's ``id|text|normalised text``.

    With a header its columns are found by name; without, they are id or file, text, speaker, emotion.
    """
    text = read_text(path)
    delimiter = "\t" if path.suffix == ".tsv" else "|" if "|" in text.partition("\n")[0] else ","
    bars = delimiter == "|"
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_NONE if bars else csv.QUOTE_MINIMAL)
    listing = Listing("LJSpeech" if bars else f"{path.suffix[1:].upper()} {path.name}")
    header: list[str] | None = None
    for number, cells in enumerate(rows, 1):
        if not any(cell.strip() for cell in cells):
            continue
        if number == 1 and (header := _header(cells)):
            continue
        if header:
            row = dict(zip(header, cells, strict=False))
        else:
            row = dict(zip(("id", "text", "speaker", "emotion"), cells, strict=False))
            if bars:
                row = {"id": cells[0], "text": cells[-1]}
        listing.add(_clip(path.parent, row), f"{path.name}, line {number}")
    return listing


def read_sidecars(folder: Path) -> Listing:
    """Sound files, each with a ``.txt`` or ``.lab`` of the same name beside it."""
    listing = Listing("transcripts beside the recordings")
    for audio in sound_files(folder):
        texts = [path for suffix in (".txt", ".lab") if (path := audio.with_suffix(suffix)).is_file()]
        text = read_text(texts[0]).strip() if texts else ""
        listing.add(Clip(audio.stem, audio, text), str(audio.relative_to(folder)))
    return listing


def sound_files(folder: Path) -> list[Path]:
    """Every sound file in it, at any depth, sorted."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in AUDIO_SUFFIXES and p.is_file())


def read_text(path: Path) -> str:
    """A UTF-8 file.

    Raises:
        CorpusError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not UTF-8 (byte {error.start}): convert it first") from None


def _header(cells: list[str]) -> list[str] | None:
    """Our names of the columns, if the first row has names."""
    known = {alias: name for name, aliases in _COLUMNS.items() for alias in aliases}
    names = [known.get(cell.strip().lower(), cell.strip().lower()) for cell in cells]
    return names if "text" in names else None


def _clip(folder: Path, row: dict[str, str], units: str = "", durations: tuple[float, ...] = ()) -> Clip:
    named = {
        name: next((row[alias].strip() for alias in aliases if row.get(alias, "").strip()), "")
        for name, aliases in _COLUMNS.items()
    }
    name = named["audio"] or named["id"]
    places = [find_audio(folder / place, name) for place in _FOLDERS]
    return Clip(
        id=clip_id(named["id"] or name),
        audio=next((place for place in places if place.is_file()), places[0]),
        text=named["text"],
        speaker=named["speaker"],
        emotion=named["emotion"].removeprefix("emotion_"),
        units=units,
        durations_s=durations,
    )


def clip_id(name: str) -> str:
    """A name that can be a file's: the last part of a path, without a sound file's suffix."""
    path = PurePath(name)
    stem = path.stem if path.suffix.lower() in AUDIO_SUFFIXES else path.name
    return re.sub(r"^[^A-Za-z0-9]+", "", re.sub(r"[^A-Za-z0-9._-]", "_", stem))[:128]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
