"""What the polyphone model sees of a sentence: the same in training and in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from langsong.text.dictionary_reader import COMMONEST, Reading
from langsong.text.words import Token
from langsong.types import Int64

WINDOW = 8
"""Characters seen on either side of the target."""
PAIRS = 4
"""Pairs of neighbouring characters seen on either side."""
WORDS = 3
"""Words seen on either side of the target's word."""
SENTENCE = 24
"""Characters on either side whose mean says what the sentence is about."""
PAIR_TABLE = 1 << 15
PAD, UNKNOWN = 0, 1
BEGIN, END = "시", "끝"
"""How g2pM's vocabulary writes the borders of a sentence."""
MAX_CANDIDATES = 7
_FIRST, _MIDDLE, _LAST, _ALONE, _OTHER = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Vocabulary:
    """The characters, words and readings that the model tells apart; ids are places in the lists.

    Attributes:
        characters: of g2pM, from padding and unknown on.
        words: from padding and unknown on.
        readings: (character, pinyin); those of one character stand together.
    """

    characters: Sequence[str]
    words: Sequence[str]
    readings: Sequence[tuple[str, str]]

    @cached_property
    def character_ids(self) -> Mapping[str, int]:
        return {char: index for index, char in enumerate(self.characters)}

    @cached_property
    def word_ids(self) -> Mapping[str, int]:
        return {word: index for index, word in enumerate(self.words)}

    @cached_property
    def candidates(self) -> Mapping[str, Mapping[str, int]]:
        """For each character its readings and their ids."""
        table: dict[str, dict[str, int]] = {}
        for index, (char, reading) in enumerate(self.readings):
            table.setdefault(char, {})[reading] = index
        return table


@dataclass(frozen=True)
class Features:
    """The model's input for K targets in a text of N characters.

    Attributes:
        text: (N + 2,) ids of the characters, between the borders of a sentence.
        targets: (K,) their places in the text, from 0.
        characters, segments: (K, 2 * WINDOW + 1) ids, and places in words.
        pairs: (K, 2 * PAIRS); words: (K, 2 * WORDS + 1).
        place: (K, 2) of the target in its word, and that word's length.
        sentence: (K, 2) the stretch of the text, from and to.
        candidates: (K, MAX_CANDIDATES) ids of readings, -1 for none.
        dictionary: (K,) id of the dictionary's reading, -1 for none.
        source: (K,) 0 no reading, 1 the commonest, 2 of a phrase.
    """

    text: Int64
    targets: Int64
    characters: Int64
    segments: Int64
    pairs: Int64
    words: Int64
    place: Int64
    sentence: Int64
    candidates: Int64
    dictionary: Int64
    source: Int64

    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self))


class Sentence:
    """A tokenized text, from which the features of any of its characters are taken."""

    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        words: list[int] = []
        owners: list[int] = []
        segments: list[int] = []
        place: list[tuple[int, int]] = []
        text = ""
        for token in tokens:
            length = len(token.text)
            # What is no hanzi counts character by character, as it does in the texts of the training data.
            parts = [token.text] if token.kind == "hanzi" else list(token.text)
            for part in parts:
                owners += [len(words)] * len(part)
                words.append(vocabulary.word_ids.get(part, UNKNOWN))
            if token.kind == "hanzi":
                segments += [_ALONE] if length == 1 else [_FIRST, *[_MIDDLE] * (length - 2), _LAST]
                place += [(min(offset, 4), min(length, 5)) for offset in range(length)]
            else:
                segments += [_OTHER] * length
                place += [(0, 1)] * length
            text += token.text
        ids = vocabulary.character_ids
        self.text = text
        self._characters = np.array([ids.get(char, UNKNOWN) for char in text], np.int64)
        self._segments = np.array(segments, np.int64)
        self._words = np.array(words, np.int64)
        self._owners = np.array(owners, np.int64)
        self._place = np.array(place, np.int64).reshape(-1, 2)

    def features(self, targets: Sequence[int], readings: Sequence[Reading | None]) -> Features:
        """Of the characters at `targets`, whose dictionary readings are `readings`."""
        at = np.array(targets, np.int64)
        ids = self.vocabulary.character_ids
        characters = _around(self._characters, at, WINDOW)
        near = characters[:, WINDOW - PAIRS : WINDOW + PAIRS + 1]
        candidates = np.full((len(at), MAX_CANDIDATES), -1, np.int64)
        dictionary = np.full(len(at), -1, np.int64)
        source = np.zeros(len(at), np.int64)
        for row, (target, reading) in enumerate(zip(targets, readings, strict=True)):
            known = self.vocabulary.candidates[self.text[target]]
            candidates[row, : len(known)] = list(known.values())
            if reading is not None and reading.pinyin in known:
                dictionary[row] = known[reading.pinyin]
                source[row] = 1 if reading.reason == COMMONEST else 2
        return Features(
            text=np.concatenate([[ids[BEGIN]], self._characters, [ids[END]]]),
            targets=at,
            characters=characters,
            segments=_around(self._segments, at, WINDOW),
            pairs=(near[:, :-1] * 8191 + near[:, 1:] * 131 + 7) % PAIR_TABLE,
            words=_around(self._words, self._owners[at], WORDS),
            place=self._place[at],
            sentence=np.stack([np.maximum(at - SENTENCE, 0), np.minimum(at + SENTENCE, len(self.text))], 1),
            candidates=candidates,
            dictionary=dictionary,
            source=source,
        )


def _around(values: Int64, centres: Int64, reach: int) -> Int64:
    border = np.full(reach, PAD, np.int64)
    padded = np.concatenate([border, values, border])  # np.pad takes longer than the rest together
    result: Int64 = padded[centres[:, None] + np.arange(2 * reach + 1)]
    return result
