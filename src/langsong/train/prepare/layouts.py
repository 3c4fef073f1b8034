"""Which way a corpus is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from langsong.errors import CorpusError

from .aishell3 import read_aishell3
from .clips import Listing, Rejection, safe_name
from .kantts_corpus import read_kantts
from .sounds import AUDIO_SUFFIXES, Sounds
from .tables import read_jsonl, read_sidecars, read_table

_TABLES = (".jsonl", ".csv", ".tsv")
_LISTS = (".txt", ".list", ".lst", "")
"""Suffixes of lists that have no better one."""

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz")
_LONGEST_LIST = 1 << 26
"""Bytes; what is longer is no list of recordings."""

Reading = Callable[[], Listing]


def read_corpus(source: Path) -> Listing:
    """List a corpus: a folder, or the list of one.

    Known are JSONL, CSV and TSV tables, LJSpeech (``metadata.csv``), AISHELL-3 (``content.txt``), KAN-TTS
    (``prosody/prosody.txt``), transcripts beside the recordings, and a list of names and texts wherever it lies.
    Sound that no list mentions is reported.

    Raises:
        CorpusError: there is nothing there that looks like a corpus, or more than one list.
    """
    suffix = source.suffix.lower()
    if source.is_file():
        if suffix in AUDIO_SUFFIXES:
            raise CorpusError(f"{source} is a recording: name the folder that it is in, with its transcripts")
        if suffix in _ARCHIVES:
            raise CorpusError(f"{source} is an archive: unpack it, and name the folder")
        return _read_list(source, Sounds(source.parent))
    if not source.is_dir():
        raise CorpusError(f"{source} does not exist: name a folder of recordings, or its table")
    sounds = Sounds(source)
    listing = _read_folder(source, sounds)
    faulty = {rejection.id for rejection in listing.rejected}
    for path in sounds.files:
        if path not in listing.mentioned and safe_name(path.stem) not in faulty:
            reason = "it has no transcript: no list mentions it"
            listing.rejected.append(Rejection(safe_name(path.stem), str(path.relative_to(source)), reason))
    if not listing.clips and not listing.rejected:
        raise CorpusError(f"{source} lists no clips: give a table with 'audio' and 'text', or a known layout")
    return listing


def _read_list(path: Path, sounds: Sounds) -> Listing:
    return read_jsonl(path, sounds) if path.suffix.lower() == ".jsonl" else read_table(path, sounds)


def _read_folder(folder: Path, sounds: Sounds) -> Listing:
    """As the first layout has it by which there are clips; else as the first that seemed to fit."""
    first: Listing | None = None
    for reading in _readings(folder, sounds):
        listing = reading()
        if listing.clips:
            return listing
        first = first or listing
    assert first is not None
    return first


def _readings(folder: Path, sounds: Sounds) -> Iterator[Reading]:
    for pattern in ("prosody/prosody.txt", "prosody.txt", "ProsodyLabeling/*.txt"):
        for prosody in sorted(folder.glob(pattern))[:1]:
            yield partial(read_kantts, folder, prosody, sounds)
            return
    contents = [path for path in (folder / "content.txt", folder / "train" / "content.txt") if path.is_file()]
    for content in contents:
        yield partial(read_aishell3, content, sounds)
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() in _TABLES)
    if tables:
        yield partial(_only, folder, tables, sounds)
    yield partial(read_sidecars, folder, sounds)
    stems = {path.stem.casefold() for path in sounds.files}
    lists = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _LISTS and path.is_file() and path.stat().st_size < _LONGEST_LIST
        if path.stem.casefold() not in stems and not path.name.startswith(".") and path not in contents
    )
    if lists:
        yield partial(_only, folder, lists, sounds)


def _only(folder: Path, lists: Sequence[Path], sounds: Sounds) -> Listing:
    """What the only list that has clips says; if none has, what the first says."""
    listings = []
    for path in lists:
        try:
            listings.append((path, _read_list(path, sounds)))
        except CorpusError:
            if len(lists) == 1:
                raise
    found = [(path, listing) for path, listing in listings if listing.clips]
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path, _ in found)
        raise CorpusError(f"{folder} has several lists ({names}): name the one to use")
    return next((listing for _, listing in [*found, *listings]), Listing("nothing"))
