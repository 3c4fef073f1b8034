"""Which way a corpus is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from langsong.errors import CorpusError
from langsong.text.hanzi import is_hanzi

from .aishell3 import read_aishell3
from .clips import Listing
from .files import AUDIO_SUFFIXES, Files
from .kantts_corpus import read_kantts
from .tables import read_jsonl, read_sidecars, read_table

_TABLES = (".jsonl", ".csv", ".tsv")
_LISTS = (".txt", ".list", ".lst", "")
"""Suffixes of lists that have no better one."""

_SIDECARS = "transcripts beside"
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
        return _read_list(source, Files(source.parent, AUDIO_SUFFIXES))
    if not source.is_dir():
        raise CorpusError(f"{source} does not exist: name a folder of recordings, or its table")
    sounds = Files(source, AUDIO_SUFFIXES)
    listing = _read_folder(source, sounds)
    for path in sounds.paths:
        if not listing.mentions(path):
            where = str(path.relative_to(source))
            listing.reject(path.stem, where, "it has no transcript: no list mentions it", path)
    if not listing.clips and not listing.rejected:
        raise CorpusError(f"{source} lists no clips: give a table with 'audio' and 'text', or a known layout")
    return listing


def _read_list(path: Path, sounds: Files) -> Listing:
    return read_jsonl(path, sounds) if path.suffix.lower() == ".jsonl" else read_table(path, sounds)


def _read_folder(folder: Path, sounds: Files) -> Listing:
    """As the first layout has it by which there are clips; else as the first list says that is at fault."""
    listings = []
    for reading in _readings(folder, sounds):
        listing = reading()
        if listing.clips:
            return listing
        listings.append(listing)
    return max(listings, key=lambda listing: bool(listing.rejected) and not listing.layout.startswith(_SIDECARS))


def _readings(folder: Path, sounds: Files) -> Iterator[Reading]:
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
    stems = {path.stem.casefold() for path in sounds.paths}
    texts = [path for path in Files(folder, _LISTS).paths if path.stem.casefold() not in stems]
    lists = [path for path in texts if path.stat().st_size < _LONGEST_LIST]
    if lists:
        yield partial(_only, folder, lists, sounds)


def _only(folder: Path, lists: Sequence[Path], sounds: Files) -> Listing:
    """What the only list says that has clips, those with hanzi first; if none has, what the first says."""
    listings: list[tuple[Path, Listing]] = []
    errors: dict[Path, CorpusError] = {}
    for path in lists:
        try:
            listings.append((path, _read_list(path, sounds)))
        except CorpusError as error:
            errors[path] = error
    found = [(path, listing) for path, listing in listings if listing.clips]
    found = [(path, listing) for path, listing in found if _in_hanzi(listing)] or found
    if len(found) > 1:
        names = ", ".join(str(path.relative_to(folder)) for path, _ in found)
        raise CorpusError(f"{folder} has several lists ({names}): name the one to use")
    if errors and not found:
        raise next(iter(errors.values()))
    listing = (found or listings)[0][1]
    for path, fault in errors.items():
        if path.suffix.lower() in _TABLES:
            listing.reject("", path.name, str(fault))
    return listing


def _in_hanzi(listing: Listing) -> bool:
    return any(is_hanzi(char) for clip in listing.clips for char in clip.text)
