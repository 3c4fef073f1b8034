"""Tables of texts and how they are read."""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).parent / "data"


def rows(*names: str) -> list[tuple[str, str]]:
    """The rows of tables in ``data``: text and expected reading."""
    lines = [line for name in names for line in (_DATA / name).read_text(encoding="utf-8").splitlines()]
    return [(text, expected) for text, expected in (line.split("\t") for line in lines if line[:1] not in ("", "#"))]


def accepts(expected: str, pinyin: str) -> bool:
    """Whether a row allows a reading. ``" | "`` parts alternatives of a line, ``|`` those of a syllable."""
    syllables = pinyin.split()
    lines = [line.split() for line in expected.split(" | ")]
    return any(
        len(line) == len(syllables) and all(s in allowed.split("|") for s, allowed in zip(syllables, line, strict=True))
        for line in lines
    )
