"""Where the chapters of a plain text begin: lines such as ``第十二章 风起``, ``序``, ``Chapter 3``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .content import Chapter, Paragraph

_LONGEST = 40
_NUMBER = r"[零〇一二三四五六七八九十百千万两0-9０-９]{1,9}"
_HEADING = re.compile(
    rf"(?:(?:正文\s*)?第\s*{_NUMBER}\s*(?:[章回卷部篇集幕折话]|节(?!课))"
    rf"|[卷部]\s*{_NUMBER}(?=[\s:：、.．]|$)"
    r"|(?:序[章言幕曲]?|自序|代序|楔子|引[子言]|前言|绪[论言]|后记|尾声|终章|跋|附录|番外)(?=[\s:：、.．0-9一二三四五六七八九十]|$)"
    r"|(?:Chapter|CHAPTER|Part|PART)\s+(?:\d{1,4}|[IVXLC]{1,8})(?=[\s:：.]|$)"
    r"|(?:Prologue|Epilogue|Preface|PROLOGUE|EPILOGUE|PREFACE)$)"
    r".*"
)
_GOES_ON = re.compile(r"[。！？!?；;，,…”\"]$|[，。；]")
"""A line with these is a sentence that begins like a heading: 第一回见到他时，我……"""


def is_heading(line: str) -> bool:
    """Whether a line of a text begins a chapter."""
    line = line.strip()
    return len(line) <= _LONGEST and _HEADING.fullmatch(line) is not None and not _GOES_ON.search(line)


def chapters_of(lines: Iterable[str]) -> tuple[Chapter, ...]:
    """The chapters of a text, each line a paragraph.

    What stands before the first heading is a chapter without title. A heading that another one follows, as a
    volume's does its first chapter's, is put before that.
    """
    return tuple(merged(_parts(lines)))


def _parts(lines: Iterable[str]) -> Iterator[Chapter]:
    title, paragraphs = "", list[Paragraph]()
    for line in lines:
        if is_heading(line):
            yield Chapter(title, tuple(paragraphs))
            title, paragraphs = " ".join(line.split()), []
        elif line.strip():
            paragraphs.append(Paragraph(line.strip()))
    yield Chapter(title, tuple(paragraphs))


def merged(chapters: Iterable[Chapter]) -> Iterator[Chapter]:
    """The same without empty ones, whose titles go to the chapter after each."""
    waiting: list[str] = []
    for chapter in chapters:
        waiting += [chapter.title] if chapter.title else []
        if chapter.paragraphs:
            yield Chapter(" ".join(waiting), chapter.paragraphs)
            waiting = []
    if waiting:
        yield Chapter(" ".join(waiting), ())
