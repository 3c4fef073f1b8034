"""Descriptions of a manner of speaking, in Chinese or English, by a lexicon: 压低声音、有点害怕地说.

``data/descriptions.json`` has the words: what each says about emotion and prosody, words of degree, and negations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple, TypedDict

from langsong.text.once import once
from langsong.types import Notice

_TOKEN = re.compile(r"[a-z][a-z'’-]*|[^\sa-z]|\s+")
_REACH = 6
"""Tokens between a word of degree or a negation and what it is about, at most."""


@dataclass(frozen=True)
class ProsodyHints:
    """What a description asks of the prosody: factors and differences, as in `SynthesisOptions`."""

    speed: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 1.0
    energy: float = 0.0

    def __add__(self, other: ProsodyHints) -> ProsodyHints:
        return ProsodyHints(
            self.speed * other.speed,
            self.pitch + other.pitch,
            self.pitch_range * other.pitch_range,
            self.energy + other.energy,
        )

    def __mul__(self, degree: float) -> ProsodyHints:
        return ProsodyHints(self.speed**degree, self.pitch * degree, self.pitch_range**degree, self.energy * degree)


@dataclass(frozen=True)
class Description:
    """What a description says.

    Attributes:
        weights: of emotions, up to about 1.6 in all; None if it speaks of none.
        hints: about the prosody.
        notices: if none of it was understood, and the like.
    """

    weights: dict[str, float] | None = None
    hints: ProsodyHints = ProsodyHints()
    notices: tuple[Notice, ...] = ()


Describer = Callable[[str], Description]


class _Entry(TypedDict, total=False):
    zh: list[str]
    en: list[str]
    emotion: dict[str, float]
    speed: float
    pitch: float
    pitch_range: float
    energy: float


class _Grammar(TypedDict):
    degrees: dict[str, float]
    suffixes: dict[str, float]
    negations: list[str]
    breaks: list[str]


class _Word(NamedTuple):
    kind: Literal["degree", "suffix", "negation", "break", "meaning"]
    degree: float = 1.0
    emotion: Mapping[str, float] = MappingProxyType({})
    hints: ProsodyHints = ProsodyHints()


@dataclass
class _Meaning:
    """A word of the description with what stands around it."""

    word: _Word
    degree: float
    negated: bool = field(default=False)


Vocabulary = dict[tuple[str, ...], tuple[_Word, ...]]


@once
def _vocabulary() -> Vocabulary:
    """Words by their tokens; one may be a degree before, and another behind what it is about."""
    data = json.loads(resources.files(__package__).joinpath("data/descriptions.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], list[_Word]] = {}

    def put(text: str, word: _Word) -> None:
        found.setdefault(tuple(_tokens(text)), []).append(word)

    entries: list[_Entry] = data["entries"]
    for entry in entries:
        hints = ProsodyHints(
            entry.get("speed", 1.0), entry.get("pitch", 0.0), entry.get("pitch_range", 1.0), entry.get("energy", 0.0)
        )
        for text in (*entry["zh"], *entry["en"]):
            put(text, _Word("meaning", emotion=entry.get("emotion", {}), hints=hints))
    grammars: dict[str, _Grammar] = data["grammar"]
    for grammar in grammars.values():
        for text, degree in grammar["degrees"].items():
            put(text, _Word("degree", degree))
        for text, degree in grammar["suffixes"].items():
            put(text, _Word("suffix", degree))
        for text in grammar["negations"]:
            put(text, _Word("negation"))
        for text in grammar["breaks"]:
            put(text, _Word("break"))
    return {tokens: tuple(words) for tokens, words in found.items()}


def describe(text: str) -> Description:
    """What a description says; words that the lexicon lacks are passed over."""
    meanings = list(_meanings(list(_tokens(text.lower()))))
    if not meanings:
        message = f"the description {_short(text)!r} was not understood: name an emotion or a manner of speaking"
        return Description(notices=(Notice("description-unknown", message),))
    hints = ProsodyHints()
    weights: dict[str, float] = {}
    felt = [meaning for meaning in meanings if meaning.word.emotion]
    for meaning in meanings:
        # "not too fast" is slower, if less so than "fast" is faster; "not angry" says only what is not felt.
        hints += meaning.word.hints * (-0.5 if meaning.negated else meaning.degree)
    for meaning in felt:
        for name, weight in meaning.word.emotion.items():
            share = 0.0 if meaning.negated else meaning.degree * weight / sum(not m.negated for m in felt)
            weights[name] = weights.get(name, 0.0) + share
    if felt and not any(weights.values()):
        weights = {"neutral": 1.0}
    return Description({name: weight for name, weight in weights.items() if weight} or None, hints)


def _meanings(tokens: list[str]) -> Iterator[_Meaning]:
    """The words that say something, with the degrees and negations that are about them."""
    last: _Meaning | None = None
    degree, negated, since = 1.0, False, 0
    for words, length in _words(tokens):
        kinds = {word.kind: word for word in words}
        since += length
        if "meaning" in kinds:
            if last is not None:
                yield last
            if since > _REACH + length:
                degree, negated = 1.0, False
            last = _Meaning(kinds["meaning"], degree, negated)
            degree, negated, since = 1.0, False, 0
        elif "suffix" in kinds and last is not None and since == length:
            last.degree *= kinds["suffix"].degree
        elif "degree" in kinds:
            degree, since = degree * kinds["degree"].degree, 0
        elif "negation" in kinds:
            negated, since = not negated, 0
        elif "break" in kinds:
            degree, negated = 1.0, False
    if last is not None:
        yield last


def _words(tokens: list[str]) -> Iterator[tuple[tuple[_Word, ...], int]]:
    """The longest known words, one after the other, and how many tokens each has; nothing for an unknown token."""
    vocabulary = _vocabulary()
    longest = max(map(len, vocabulary))
    index = 0
    while index < len(tokens):
        for length in range(min(longest, len(tokens) - index), 0, -1):
            if (words := vocabulary.get(tuple(tokens[index : index + length]))) is not None:
                yield words, length
                index += length
                break
        else:
            yield (), 1
            index += 1


def _tokens(text: str) -> Iterator[str]:
    """Latin words and single characters; white space counts only between Chinese characters."""
    for match in _TOKEN.finditer(text.lower()):
        if not match[0].isspace():
            yield match[0].replace("’", "'")


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"
