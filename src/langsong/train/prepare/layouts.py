"""Which way a corpus is written."""

from __future__ import annotations

from pathlib import Path

from langsong.errors import CorpusError

from .aishell3 import read_aishell3
from .clips import Listing, Rejection
from .kantts_corpus import read_kantts
from .tables import read_jsonl, read_sidecars, read_table, sound_files


def read_corpus(source: Path) -> Listing:
    """List a corpus: a folder, or the table of one.

    Known are JSONL, CSV and TSV tables, LJSpeech (``metadata.csv``), AISHELL-3 (``content.txt``), KAN-TTS
    (``prosody/prosody.txt``) and transcripts beside the recordings. Sound that no list mentions is reported.

    Raises:
        CorpusError: there is nothing there that looks like a corpus, or more than one table.
    """
    if source.is_file():
        return read_jsonl(source) if source.suffix == ".jsonl" else read_table(source)
    if not source.is_dir():
        raise CorpusError(f"{source} does not exist: name a folder of recordings, or its table")
    listing = _read_folder(source)
    listed = {clip.audio.resolve() for clip in listing.clips}
    faulty = {rejection.id for rejection in listing.rejected}
    for path in sound_files(source):
        if path.resolve() not in listed and path.stem not in faulty:
            listing.rejected.append(
                Rejection(path.stem, str(path.relative_to(source)), "it has no transcript: no list mentions it")
            )
    if not listing.clips and not listing.rejected:
        raise CorpusError(f"{source} lists no clips: give a table with 'audio' and 'text', or a known layout")
    return listing


def _read_folder(folder: Path) -> Listing:
    for prosody in (folder / "prosody" / "prosody.txt", folder / "prosody.txt"):
        if prosody.is_file():
            return read_kantts(folder, prosody)
    for content in (folder / "content.txt", folder / "train" / "content.txt"):
        if content.is_file():
            return read_aishell3(content)
    tables = sorted(p for p in folder.iterdir() if p.suffix in (".jsonl", ".csv", ".tsv"))
    if len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        raise CorpusError(f"{folder} has several tables ({names}): name the one to use")
    if tables:
        return read_jsonl(tables[0]) if tables[0].suffix == ".jsonl" else read_table(tables[0])
    return read_sidecars(folder)
