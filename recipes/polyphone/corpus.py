"""The labelled sentences: one marked character each, and its reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARK = "▁"


class Example(NamedTuple):
    text: str
    index: int
    reading: str


def read_examples(data: Path, part: str) -> Iterator[Example]:
    """The examples of ``cpp/dev``, ``g2pL/train`` …; without those that a test set has too."""
    tests = set() if part.endswith("test") else _test_sentences(data)
    for sentence, reading in _lines(data, part):
        text = sentence.replace(MARK, "")
        if text not in tests:
            yield Example(text, sentence.index(MARK), reading.replace("u:", "v").replace("ü", "v"))


def _lines(data: Path, part: str) -> Iterator[tuple[str, str]]:
    sentences = (data / f"{part}.sent").read_text(encoding="utf-8").splitlines()
    labels = (data / f"{part}.lb").read_text(encoding="utf-8").split()
    return zip(sentences, labels, strict=True)


def _test_sentences(data: Path) -> set[str]:
    return {sentence.replace(MARK, "") for part in ("cpp/test", "g2pL/test") for sentence, _ in _lines(data, part)}
