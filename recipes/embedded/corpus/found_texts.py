"""Sentences from text collections whose licences allow it (README.md), cut to a length that is easy to say."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SHORTEST, LONGEST = 2, 40
"""Characters of a sentence, punctuation included."""

_SAYABLE = re.compile(r"[\u4e00-\u9fff\d，。！？、：；…—“”《》%.]+")
_SENTENCES = re.compile(r"(?<=[。！？；])(?!”)")
_CLAUSES = re.compile(r"(?<=[，：])")


def graded_sentences(folder: Path) -> Iterator[str]:
    """Sentences for learners (HSK levels 1-6)."""
    with (folder / "hsk" / "hsk_sentences.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield from pieces(row["chinese"])


def encyclopaedia_sentences(folder: Path) -> Iterator[str]:
    """Wikipedia (the training part of CPP without what its test part shares) and Universal Dependencies."""
    tested = set(_lines(folder / "cpp" / "test.sent"))
    for line in _lines(folder / "cpp" / "dev.sent"):
        if line not in tested:
            yield from pieces(line.replace("▁", ""))
    for name in ("ud_zh_gsdsimp-ud-dev.txt", "ud_zh_gsdsimp-ud-test.txt"):
        for line in _lines(folder / "ud_text" / name):
            yield from pieces(line)


def pieces(text: str) -> Iterator[str]:
    """The sentences of `text`, long ones in parts that end at commas; what cannot be said whole is left out."""
    for sentence in _SENTENCES.split(text.strip()):
        for part in _parts(sentence) if len(sentence) > LONGEST else [sentence]:
            piece = _ended(part)
            if SHORTEST <= len(piece) <= LONGEST and _SAYABLE.fullmatch(piece) and _paired(piece):
                yield piece


def _parts(sentence: str) -> Iterable[str]:
    """Clauses joined while they fit."""
    joined: list[str] = []
    for clause in _CLAUSES.split(sentence):
        if joined and len(joined[-1]) + len(clause) <= LONGEST:
            joined[-1] += clause
        else:
            joined.append(clause)
    return joined


def _paired(piece: str) -> bool:
    return piece.count("“") == piece.count("”") and piece.count("《") == piece.count("》")


def _ended(piece: str) -> str:
    """With a mark that ends a sentence."""
    return piece if piece.endswith(tuple("。！？…”")) else piece.rstrip("，：；、—") + "。"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")
