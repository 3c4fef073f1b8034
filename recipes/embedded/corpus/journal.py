"""Lines of JSON that survive a kill at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; none if there is no file. What a kill left of a last line is passed over."""
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)


class Journal:
    """A file that lines are added to, each at once on disk; a torn last line is cut off first."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with path.open("ab+") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a line."""
        with self._path.open("ab") as file:
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())
