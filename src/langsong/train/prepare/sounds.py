"""The recordings of a corpus, found however its lists name them."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath

AUDIO_SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".aiff", ".aif", ".caf", ".m4a", ".aac", ".amr", ".wma",
)  # fmt: skip
"""Of what is a recording, readable here or not; the first of these is taken where a name has no suffix."""

_FOLDERS = ("", "wav", "wavs", "audio", "clips")
"""Where recordings lie, seen from a list."""


class Sounds:
    """Every sound file in a folder, at any depth.

    Args:
        root: the folder. Hidden files, and the copies that macOS makes, are none of it.
    """

    def __init__(self, root: Path) -> None:
        self.files = sorted(path for path in root.rglob("*") if _is_sound(path, root))
        self._by_path: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for path in self.files:
            self._by_path[_key(path.with_suffix(""))].append(path)
            self._by_stem[path.stem.casefold()].append(path)

    def find(self, name: str, folder: Path) -> Path:
        """The file that a list in `folder` calls `name`, in any case, with any suffix or none.

        It lies there, in one of the usual subfolders, or is the only one of its name anywhere. Where there is none,
        the path where it would be.
        """
        name = name.replace("\\", "/")
        path = folder / name
        if path.is_file():
            return path
        plain = PurePosixPath(name)
        stem = plain.with_suffix("") if plain.suffix.lower() in AUDIO_SUFFIXES else plain
        for place in _FOLDERS:
            if found := self._by_path.get(_key(folder / place / stem)):
                return _likest(found, plain.suffix)
        namesakes = self._by_stem.get(stem.name.casefold(), []) if len(stem.parts) == 1 else []
        if len({namesake.parent for namesake in namesakes}) == 1:
            return _likest(namesakes, plain.suffix)
        return path if plain.suffix.lower() in AUDIO_SUFFIXES else folder / f"{name}.wav"


def _key(path: Path) -> str:
    return os.path.normpath(path.absolute()).casefold()


def _likest(paths: list[Path], suffix: str) -> Path:
    """That with the suffix, or else with the best one."""
    return min(
        paths, key=lambda path: (path.suffix.lower() != suffix.lower(), AUDIO_SUFFIXES.index(path.suffix.lower()))
    )


def _is_sound(path: Path, root: Path) -> bool:
    if path.suffix.lower() not in AUDIO_SUFFIXES or not path.is_file():
        return False
    return not any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(root).parts)
