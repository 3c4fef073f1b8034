"""The files of a corpus, found however its lists name them."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

AUDIO_SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".aiff", ".aif", ".caf", ".m4a", ".aac", ".amr", ".wma",
)  # fmt: skip
"""Of what is a recording, readable here or not; the first of these is taken where a name has no suffix."""

_FOLDERS = ("", "wav", "wavs", "audio", "clips")
"""Where recordings lie, seen from a list."""


class Files:
    """Every file of some kinds in a folder, at any depth, sorted; hidden ones and macOS's copies are left out.

    Args:
        root: the folder.
        suffixes: of these kinds, in small letters, the best first.
    """

    def __init__(self, root: Path, suffixes: Sequence[str]) -> None:
        self.paths = sorted(path for path in root.rglob("*") if _is_one(path, root, suffixes))
        self._suffixes = suffixes
        self._by_path: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths:
            self._by_path[_folded(path.with_suffix(""))].append(path)
            self._by_stem[_folded(path.stem)].append(path)

    def at(self, place: Path, suffix: str = "") -> Path | None:
        """The file that is called so but for its suffix, in any case; the best one of several."""
        found = self._by_path.get(_folded(place), [])
        return min(found, key=lambda path: self._rank(path, place.name, suffix), default=None)

    def only(self, stem: str, suffix: str = "") -> Path | None:
        """The file that is called so, wherever it is, if one folder only has such."""
        found = self._by_stem.get(_folded(stem), [])
        if len({path.parent for path in found}) != 1:
            return None
        return min(found, key=lambda path: self._rank(path, stem, suffix))

    def find(self, name: str, folder: Path) -> Path:
        """What a list in `folder` calls `name`, in any case, with any suffix or none.

        It lies there, in one of the usual subfolders, or, if the name is one without a folder, is the only one of it
        anywhere. Where there is none, the path where it would be.
        """
        name = name.replace("\\", "/")
        plain = PurePosixPath(name)
        suffix = plain.suffix if plain.suffix.lower() in self._suffixes else ""
        stem = plain.with_suffix("") if suffix else plain
        for place in _FOLDERS:
            if found := self.at(folder / place / stem, suffix):
                return found
        if exists(folder / name):
            return folder / name
        anywhere = self.only(stem.name, suffix) if len(stem.parts) == 1 else None
        return anywhere or (folder / name if suffix else folder / f"{name}{self._suffixes[0]}")

    def _rank(self, path: Path, stem: str, suffix: str) -> tuple[bool, bool, int]:
        own = path.suffix.lower()
        return path.stem != stem, own != suffix.lower(), self._suffixes.index(own)


def exists(path: Path) -> bool:
    """Whether it is a file; what cannot be a file's name is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_hidden(path: Path, root: Path) -> bool:
    """Whether it, or a folder in `root` that it is in, is not meant to be seen."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(root).parts)


def _is_one(path: Path, root: Path, suffixes: Sequence[str]) -> bool:
    return path.suffix.lower() in suffixes and path.is_file() and not is_hidden(path, root)


def _folded(name: str | Path) -> str:
    whole = os.path.normpath(name.absolute()) if isinstance(name, Path) else name
    return unicodedata.normalize("NFC", whole).casefold()
