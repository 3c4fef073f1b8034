"""The sets: where they are and what their lines mean."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parents[4]
_MARK = "▁"
_WETEXT = (
    "cardinal", "date", "fraction", "math", "measure", "money", "normalizer", "number", "sport", "time", "whitelist",
)  # fmt: skip
"""Its files of cases that hold for any normaliser; the others test its own stages."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text and how it is spelled out."""

    text: str
    read: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text and its syllables, each in all the ways that are right; whole lines may differ too."""

    text: str
    lines: tuple[tuple[frozenset[str], ...], ...]

    def allows(self, pinyin: Sequence[str]) -> bool:
        return any(
            len(line) == len(pinyin) and all(said in right for said, right in zip(pinyin, line, strict=True))
            for line in self.lines
        )


@dataclass(frozen=True, slots=True)
class Polyphone:
    """A sentence and the reading of one of its characters."""

    text: str
    index: int
    reading: str


def shared_texts() -> Path:
    """``data/text`` of the shared folder: ``LANGSONG_SHARED``, else ``../shared`` beside the repository."""
    shared = os.environ.get("LANGSONG_SHARED")
    return (Path(shared) if shared else _REPOSITORY.parent / "shared") / "data" / "text"


def own_tables() -> Path:
    """The repository's tables; they are not part of an installed package."""
    return _REPOSITORY / "tests" / "text" / "data"


def wetext(folder: Path) -> Iterator[Written]:
    """WeTextProcessing's cases, ``in => out``."""
    for name in _WETEXT:
        for line in _lines(folder / "wetext_tn" / f"{name}.txt"):
            text, _, read = line.partition("=>")
            yield Written(text.strip(), read.strip())


def paddle(folder: Path) -> Iterator[Written]:
    """PaddleSpeech's cases, ``in|out``."""
    for line in _lines(folder / "paddle_tn" / "textnorm_test_cases.txt"):
        text, _, read = line.partition("|")
        yield Written(text, read)


def marked(folder: Path, part: str) -> Iterator[Polyphone]:
    """CPP's and g2pL's sentences, ``…▁字▁…``, and the file of their labels."""
    sentences, labels = _lines(folder / f"{part}.sent"), _lines(folder / f"{part}.lb")
    for sentence, label in zip(sentences, labels, strict=True):
        yield _polyphone(sentence, label)


def hsk(folder: Path) -> Iterator[Spoken]:
    """Sentences for learners, with pinyin as a dictionary has it."""
    for line in list(_lines(folder / "hsk" / "hsk_sentences.tsv"))[1:]:
        text, pinyin = line.split("\t")[2:4]
        yield _spoken(text, " ".join({"r5": "er2"}.get(s, s.replace("u:", "v")) for s in pinyin.split()))


def own_written(tables: Path) -> Iterator[Written]:
    for line in _entries(tables, "tn_*.tsv"):
        yield Written(*line[:2])


def own_spoken(tables: Path) -> Iterator[Spoken]:
    """Alternatives of a syllable are parted by ``|``, those of a line by `` | ``."""
    for pattern in ("sandhi_*.tsv", "erhua_*.tsv"):
        for line in _entries(tables, pattern):
            yield _spoken(*line[:2])


def own_polyphones(tables: Path, pattern: str) -> Iterator[Polyphone]:
    for line in _entries(tables, pattern):
        yield _polyphone(*line[:2])


def _spoken(text: str, pinyin: str) -> Spoken:
    lines = pinyin.split(" | ")
    return Spoken(text, tuple(tuple(frozenset(s.split("|")) for s in line.split()) for line in lines))


def _polyphone(sentence: str, reading: str) -> Polyphone:
    plain = reading.strip().replace("u:", "v").replace("ü", "v")
    return Polyphone(sentence.replace(_MARK, ""), sentence.index(_MARK), plain)


def _entries(tables: Path, pattern: str) -> Iterator[list[str]]:
    files = sorted(tables.glob(pattern))
    if not files:
        raise FileNotFoundError(tables / pattern)
    for file in files:
        for line in _lines(file):
            if not line.startswith("#"):
                yield line.split("\t")


def _lines(file: Path) -> Iterator[str]:
    return (line for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
