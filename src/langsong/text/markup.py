"""Marks that people can type into plain text: ``银行{hang2}``, ``[停顿 500ms]``, ``[强调]重要[/强调]``.

Emphasis is not written with asterisks: 3*5, 王*明, footnotes and lists have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from langsong.errors import TextError
from langsong.text.document import DEFAULT_PAUSE_S, MAX_PAUSE_S, FixedReading, Passage, fix_readings
from langsong.text.hanzi import HANZI
from langsong.text.normalize.clean import clean
from langsong.text.pinyin import is_syllable
from langsong.types import Emphasis

_MARK = re.compile(
    r"[\[【](?:停顿|pause)[ \u3000]*(?P<length>(?:\d[^\[\]【】\n]{0,20})?)[\]】]|\{(?P<pinyin>[^{}\n]{1,200})\}"
    r"|[\[【](?P<emphasis>/?(?:强调|emphasis))[\]】]",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)[ \u3000]*(ms|毫秒|s|秒)", re.IGNORECASE)
_MILLISECONDS = ("ms", "毫秒")
_PINYIN = re.compile(r"([a-zü:]+)([0-9]?)", re.IGNORECASE)
_HANZI_BEFORE = re.compile(rf"[{HANZI}]+\Z")
_LATIN_BEFORE = re.compile(r"[A-Za-z]+\Z")
_WINDOW = 100  # of characters that one mark may be about


def parse_markup(text: str) -> tuple[Passage, ...]:
    """The passages of a text with marks; one without marks is one passage.

    ``{…}`` gives the readings of as many hanzi before it as it has syllables, or that of the Latin word before
    it. ``[停顿 …]`` and ``[pause …]`` end a passage. ``[强调]`` and ``[emphasis]`` stress what comes before
    ``[/强调]`` or ``[/emphasis]``, or else the end of the line. Other braces and brackets stay in the text.

    Raises:
        TextError: a mark without effect or with a mistake, or a character that cannot be read; `position`
            counts characters of `text` from 0.
    """
    passages: list[Passage] = []
    readable: list[str] = []  # what the rules will see, every character where it is in `text`
    written, fixed = "", list[FixedReading]()
    emphases, stressed_from = list[Emphasis](), None
    position = 0
    for mark in marks(text):
        written += text[position : mark.start()]
        readable.append(text[position : mark.start()])
        if mark["pinyin"] is not None:
            given = _fix(written, fixed, mark)
            fixed += given
            covered = len(written) - given[0].start
            readable[-1] = readable[-1][:-covered] + " " * covered
        elif mark["emphasis"] is not None:
            emphases += _stressed(written, stressed_from)
            stressed_from = None if mark["emphasis"].startswith("/") else len(written)
        else:
            emphases += _stressed(written, stressed_from)
            passages.append(Passage(written, tuple(fixed), emphases=tuple(emphases), pause_s=_seconds(mark)))
            written, fixed, emphases = "", [], []
            stressed_from = None if stressed_from is None else 0
        position = mark.end()
        readable.append(" " * (position - mark.start()))
    clean("".join([*readable, text[position:]]))
    written += text[position:]
    emphases += _stressed(written, stressed_from)
    last = Passage(written, tuple(fixed), emphases=tuple(emphases))
    return (*passages, last) if written or not passages else tuple(passages)


def _stressed(written: str, start: int | None) -> Iterator[Emphasis]:
    """What is stressed from `start` on: up to the end of its line."""
    if start is not None:
        end = written.find("\n", start)
        end = len(written) if end < 0 else end
        if end > start:
            yield Emphasis(start, end)


def marks(text: str) -> Iterator[re.Match[str]]:
    """The marks in a text: the groups ``pinyin`` and ``emphasis`` are None for a pause."""
    for match in _MARK.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        if match["pinyin"] is None or _is_pinyin(match["pinyin"], bool(before) and _is_read(before)):
            yield match


def _is_read(char: str) -> bool:
    return bool(_HANZI_BEFORE.match(char) or _LATIN_BEFORE.match(char))


def _is_pinyin(inside: str, after_word: bool) -> bool:
    """Whether braces hold readings, perhaps misspelled ones, rather than a name or a formula."""
    syllables = [_PINYIN.fullmatch(syllable) for syllable in inside.split()]
    if not syllables or None in syllables:
        return False
    parts = [(match[1].lower(), match[2]) for match in syllables if match is not None]
    if all(is_syllable(letters) and tone for letters, tone in parts):
        return True
    misspelled = any(tone and len(letters) > 1 for letters, tone in parts)
    without_tones = all(is_syllable(letters) and len(letters) > 1 for letters, _ in parts)
    return after_word and (misspelled or without_tones)


def _fix(written: str, fixed: list[FixedReading], mark: re.Match[str]) -> tuple[FixedReading, ...]:
    """The readings that a mark gives to the end of what was written before it."""
    pinyin, near = mark["pinyin"], written[-_WINDOW:]
    word = _LATIN_BEFORE.search(near) or _HANZI_BEFORE.search(near)
    try:
        if word is None:
            raise TextError("no hanzi and no Latin word is before it")
        readings = fix_readings(word[0], len(written) - len(word[0]), pinyin, "inline pinyin")
        if fixed and fixed[-1].end > readings[0].start:
            raise TextError("these characters have a reading already")
    except TextError as error:
        raise TextError(f"{mark[0]} at character {mark.start()}: {error}", mark.start()) from None
    return readings


def _seconds(mark: re.Match[str]) -> float:
    if not mark["length"]:
        return DEFAULT_PAUSE_S
    length = _LENGTH.fullmatch(mark["length"].strip())
    seconds = float(length[1]) / (1000 if length[2].lower() in _MILLISECONDS else 1) if length else None
    if seconds is None or seconds > MAX_PAUSE_S:
        raise TextError(
            f"{mark[0]} at character {mark.start()}: write a length up to {MAX_PAUSE_S:g} s, for example [停顿 500ms]",
            mark.start(),
        )
    return seconds
