"""What has been done already, so that an interrupted preparation goes on where it stopped."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from langsong.bundle.manifest import Record
from langsong.train.corpus_format import FEATURES_FOLDER, Utterance

from .clips import Clip
from .measuring import ClipFacts
from .settings import PrepareSettings

JOURNAL_FILE = "prepared.jsonl"


class Entry(Record):
    """What became of one clip: measured, or rejected with a reason.

    Attributes:
        id: of the clip.
        digest: of all that its features depend on.
    """

    id: str
    digest: str
    utterance: Utterance | None = None
    facts: ClipFacts | None = None
    rejected: str = ""


class Journal:
    """One entry a line, appended as clips are finished.

    Args:
        folder: of the corpus.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL_FILE
        self._features = folder / FEATURES_FOLDER

    def finished(self) -> dict[str, Entry]:
        """By their digests, the clips whose last whole entry says that their features are there, and are."""
        last: dict[str, Entry] = {}
        if not self._path.is_file():
            return {}
        lines = self._path.read_text(encoding="utf-8", errors="replace")
        if lines and not lines.endswith("\n"):
            self._write("")
        for line in lines.split("\n"):
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError:
                continue  # the line that was being written when the run was ended
            last[entry.id] = entry
        return {e.digest: e for e in last.values() if e.rejected or (self._features / f"{e.id}.npz").is_file()}

    def begin(self, clip: Clip) -> None:
        """Note that the clip's features, if there are any, are about to be replaced."""
        if (self._features / f"{clip.id}.npz").is_file():
            self.append(Entry(id=clip.id, digest=""))

    def append(self, entry: Entry) -> None:
        self._write(entry.model_dump_json(exclude_defaults=True))

    def _write(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")


def digest_of(clip: Clip, settings: PrepareSettings) -> str:
    """A name for the clip's content (as far as size and time of its files tell) under these settings."""
    digest = hashlib.sha256(settings.model_dump_json(exclude={"on_bad", "seed", "valid_share"}).encode())
    digest.update(repr(clip).encode())
    for path in (clip.audio, clip.labels):
        if path is not None:
            status = path.stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()
