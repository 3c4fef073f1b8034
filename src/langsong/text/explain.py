"""Why a text is read as it is: every written stretch with the rules and models that read it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from langsong.text.markup import marks
from langsong.types import Span, Word


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stretch of a text and what became of it. The explanations of a text tile it.

    Attributes:
        start, end: in the text.
        written: its characters, with the marks in it.
        read: what is read in their place; empty for what is silent.
        rule: what changed it, or what a mark does; empty where nothing did.
        words: the words that it is read as, whose syllables say their `reason`; none for punctuation.
    """

    start: int
    end: int
    written: str
    read: str
    rule: str = ""
    words: tuple[Word, ...] = ()


def explain(spans: Sequence[Span], words: Sequence[Word]) -> Iterator[Explanation]:
    """The smallest stretches of written text that are whole words, or stand between words.

    Args:
        spans: tile the text.
        words: in order, each somewhere in what the spans read.
    """
    atoms = [atom for span in spans for atom in _atoms(span)]
    ends = list(accumulate(len(atom.read) for atom in atoms))
    begins = [end - len(atom.read) for end, atom in zip(ends, atoms, strict=True)]
    stretch_of: list[int | None] = [None] * len(atoms)
    stretches: dict[int, list[Word]] = {}
    for index, (start, end) in enumerate(word_places("".join(atom.read for atom in atoms), words)):
        covered = range(bisect_right(ends, start), bisect_left(begins, end))
        known = stretch_of[covered[0]]
        stretch = index if known is None else known
        stretches.setdefault(stretch, []).append(words[index])
        for atom in covered:
            stretch_of[atom] = stretch
    # Between words, what different rules read stays apart.
    keys = [
        (stretch, None if stretch is not None else atom.rule) for stretch, atom in zip(stretch_of, atoms, strict=True)
    ]
    for (stretch, _), pairs in groupby(zip(keys, atoms, strict=True), key=lambda pair: pair[0]):
        yield _joined([atom for _, atom in pairs], stretches[stretch] if stretch is not None else ())


def with_marks(text: str, rows: Sequence[Explanation]) -> Iterator[Explanation]:
    """The rows of a text's passages at their places in the text, with rows for its pauses.

    Args:
        text: with the marks of `langsong.text.markup`.
        rows: their places count the characters of `text` without marks.
    """
    places: list[int] = []
    every: list[Explanation] = []
    position = 0
    for mark in marks(text):
        places += range(position, mark.start())
        position = mark.end()
        if mark["pinyin"] is None and mark["emphasis"] is None:
            every.append(Explanation(mark.start(), position, mark[0], "", "pause"))
    places += range(position, len(text))
    every += (replace(row, start=places[row.start]) for row in rows)
    every.sort(key=lambda row: row.start)
    # A mark for the characters before it belongs to their row.
    for row, end in zip(every, [*(row.start for row in every[1:]), len(text)], strict=False):
        yield replace(row, end=end, written=text[row.start : end])


def _atoms(span: Span) -> Iterator[Span]:
    """What cannot be divided: a changed span, or each character of an unchanged one."""
    if span.written != span.read:
        yield span
        return
    for offset, char in enumerate(span.written):
        yield Span(span.start + offset, span.start + offset + 1, char, char, span.rule)


def word_places(read: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Where words stand in what is read; white space may be in one, where it parts a hanzi from its 儿."""
    end = 0
    for word in words:
        start = read.index(word.text[0], end)
        end = start + 1
        for char in word.text[1:]:
            end = read.index(char, end) + 1
        yield start, end


def _joined(atoms: Sequence[Span], words: Sequence[Word]) -> Explanation:
    return Explanation(
        atoms[0].start,
        atoms[-1].end,
        "".join(atom.written for atom in atoms),
        "".join(atom.read for atom in atoms),
        ", ".join(dict.fromkeys(atom.rule for atom in atoms if atom.rule)),
        tuple(words),
    )
