"""Lists of words whose last syllable is neutral, always or in one meaning, and of those where it never is."""

from __future__ import annotations

import re
from importlib import resources
from typing import NamedTuple

from langsong.text.once import once
from langsong.text.stretch import NEUTRAL, Stretch
from langsong.text.word_lists import read_words


class _Lists(NamedTuple):
    """Words of their own, words that count also at the ends of longer ones, and their greatest length."""

    alone: frozenset[str]
    anywhere: frozenset[str]
    longest: int


class _Context(NamedTuple):
    """A word of two meanings: whether it is neutral as a rule, and around what it is the other way."""

    usually_neutral: bool
    after: re.Pattern[str]
    before: re.Pattern[str]


@once
def _lists() -> _Lists:
    entries = read_words("neutral_words.txt")
    anywhere = frozenset(entry for entry in entries if not entry.startswith("="))
    return _Lists(frozenset(entry.removeprefix("=") for entry in entries), anywhere, max(map(len, anywhere)))


@once
def _contexts() -> dict[str, _Context]:
    source = resources.files(__package__).joinpath("data/neutral_contexts.tsv")
    rows = (line.split("\t") for line in source.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {
        word: _Context(usual == "neutral", re.compile(after), re.compile(before)) for word, usual, after, before in rows
    }


@once
def _full_suffixes() -> frozenset[str]:
    return frozenset(read_words("neutral_full_zi.txt"))


def full_suffix(word: str) -> bool:
    """Whether the 子 that ends a word is a full syllable: 原子, 独生子."""
    full = _full_suffixes()
    return any(word[start:] in full for start in range(len(word) - 1))


def apply_words(stretch: Stretch) -> None:
    """Give listed words their neutral syllable, and words of two meanings the tone of the one they have."""
    for index, start in enumerate(stretch.starts[:-1]):
        word = stretch.word(index)
        if len(word) < 2:
            continue
        context = _contexts().get(word[-2:])
        if word in _lists().alone:
            _make_neutral(stretch, start + len(word) - 1)
        elif context is not None and len(word) <= 4:
            _by_context(stretch, start + len(word) - 1, context)
        else:
            for end in _ends_within(word):
                _make_neutral(stretch, start + end)


def _by_context(stretch: Stretch, last: int, context: _Context) -> None:
    """Decide a word of two syllables that ends at `last`, by what stands within eight characters of it."""
    other = context.after.search(stretch.before(last - 1, 8)) or context.before.search(stretch.after(last, 8))
    tone = NEUTRAL if context.usually_neutral != bool(other) else stretch.lexical_tone(last)
    if tone != stretch.tone(last):
        stretch.change(last, tone, f"{stretch.text[last - 1 : last + 1]} in this context")


def _ends_within(word: str) -> set[int]:
    """The last syllables of listed words that begin or end a longer word."""
    listed = _lists().anywhere
    found: set[int] = set()
    for length in range(2, min(len(word) - 1, _lists().longest) + 1):
        if word[:length] in listed:
            found.add(length - 1)
        if word[-length:] in listed:
            found.add(len(word) - 1)
    return found


def _make_neutral(stretch: Stretch, position: int) -> None:
    if stretch.tone(position) != NEUTRAL:
        stretch.change(position, NEUTRAL, "word with neutral tone")
