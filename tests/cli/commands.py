"""What a command did, and running one in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        """Of standard output."""
        return self.out.decode("utf-8").splitlines()

    def refused(self) -> str:
        """The message, when it ended as a user's mistake must: exit code 2 and one line."""
        assert self.code == 2, self.err
        assert self.err.endswith("\n")
        (line,) = self.err.removesuffix("\n").split("\n")
        assert line.startswith("langsong: ")
        return line.removeprefix("langsong: ")

    def done(self) -> Ran:
        """Itself, when it succeeded without a word of complaint."""
        assert (self.code, self.err) == (0, "")
        return self


Run = Callable[..., Ran]


def spawn(arguments: Sequence[str | bytes | Path], stdin: bytes = b"", **environment: str) -> Ran:
    """The same in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "langsong", *map(os.fsencode, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode("utf-8"))
