"""Raw text to pieces that are synthesised one after the other: sentences, and parts of long ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from langsong.errors import OptionError
from langsong.text.words import cut

MAX_CHARACTERS = 60
"""What a piece holds by default: 10-15 s of speech."""

_CLOSERS = "”’」』）)】》〉］\\]}'"
_TERMINATORS = r"(?:[。！？；…!?;｡\n\r\u2028\u2029]|\.{2,})"
_ABBREVIATIONS = (
    "Dr|Mr|Mrs|Ms|Prof|St|Mt|Jr|Sr|Inc|Ltd|Co|Corp|Dept|Fig|Vol|pp|vs|etc|approx|ext|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun"
)
_KEPT = (
    r"(?P<kept>(?:https?|ftp)://[!-~]*[A-Za-z0-9/]"
    r"|(?<![A-Za-z0-9.])www\.[!-~]*[A-Za-z0-9/]"
    r"|(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
    rf"|(?<![A-Za-z])(?:{_ABBREVIATIONS}|Nos?(?=\.\s*\d))\.(?!\.)"
    r"|(?<![A-Za-z])(?:[A-Za-z]\.){1,8}(?!\.)"
    r"|(?<!\d)\d+(?:[.,:：]\d+)+"
    r"|《[^《》\n]{1,40}》)"
)
"""Stretches with marks that end nothing: addresses, abbreviations, initials, decimals, times, titles."""

# A full stop ends a sentence before a space, a closer or hanzi; after a digit only before the former
# ("1.打开" counts a list, "3.5" was kept above), and not in "2024. 3. 5".
_STOP = rf"\.(?=[\s\"{_CLOSERS}]|\Z)(?!(?<=\d\.)[ \t]{{1,8}}\d)|(?<!\d)\.(?=[^\x00-\x7f])"
_SENTENCE = re.compile(rf"{_KEPT}|(?P<end>(?:{_TERMINATORS}|{_STOP})(?:{_TERMINATORS}|[{_CLOSERS}])*)")
_TAIL = re.compile(rf"(?:{_TERMINATORS}|[{_CLOSERS}])*")
_SPACES = re.compile(r"\s*")
_LIST_NUMBER = re.compile(r"\s*\d{1,3}\.\s*")
_CLAUSE = re.compile(rf"{_KEPT}|(?P<end>[，、：,:](?:[{_CLOSERS}\"])*\s*)")
_BLANK = re.compile(r"\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def segment(text: str, max_characters: int = MAX_CHARACTERS) -> Iterator[str]:
    """The pieces of `text`, lazily; joined they are `text` again, exactly.

    A piece is a sentence with its closing quotes and the white space after it. A sentence of more than
    `max_characters` is divided after ``，、：``, else at white space, else between words, else anywhere.

    Raises:
        OptionError: `max_characters` < 1.
    """
    if max_characters < 1:
        raise OptionError(f"max_characters is {max_characters}: give at least 1")
    return _pieces(text, max_characters)


def _pieces(text: str, max_characters: int) -> Iterator[str]:
    for sentence in _sentences(text):
        if len(sentence.rstrip()) <= max_characters:
            yield sentence
        else:
            yield from _divide(sentence, max_characters)


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE.finditer(text):
        if match.lastgroup != "end" or match.start() < start:
            continue
        end = _sentence_end(text, start, match)
        if end is not None:
            yield text[start:end]
            start = end
    if start < len(text):
        yield text[start:]


def _sentence_end(text: str, start: int, match: re.Match[str]) -> int | None:
    """Where the sentence ends that a terminator, matched, stands in; None if it goes on."""
    end = match.end()
    # A straight quote closes when an odd number of them came before.
    if text.startswith('"', end) and text.count('"', start, end) % 2:
        end = _after(_TAIL, text, end + 1)
    end = _after(_SPACES, text, end)
    if text.startswith(("，", "、", "：", ",", ":"), end) or _LIST_NUMBER.fullmatch(text, start, end):
        return None
    return end


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return position if match is None else match.end()


def _divide(sentence: str, budget: int) -> Iterator[str]:
    clauses = [match.end() for match in _CLAUSE.finditer(sentence) if match.lastgroup == "end"]
    blanks = [match.end() for match in _BLANK.finditer(sentence)]
    start = 0
    while len(sentence) - start > budget:
        limit = start + budget
        end = (
            _last_between(clauses, start, limit)
            or _last_between(blanks, start, limit)
            or _word_border(sentence, start, limit)
        )
        yield sentence[start:end]
        start = end
    if start < len(sentence):
        yield sentence[start:]


def _last_between(ends: list[int], start: int, limit: int) -> int | None:
    index = bisect_right(ends, limit) - 1
    return ends[index] if index >= 0 and ends[index] > start else None


def _word_border(text: str, start: int, limit: int) -> int:
    """The last end of a word in (start, limit], or `limit` when one word fills the budget."""
    overhang = 8  # enough to see whether a Chinese word crosses the limit
    position, border = start, limit
    for word in cut(_SURROGATE.sub(" ", text[start : limit + overhang])):
        position += len(word)
        if position > limit:
            break
        border = position
    return border
