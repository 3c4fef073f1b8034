"""Labelled sentences as the model's input, and sentences that label themselves by the phrase dictionary."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from corpus import Example
from prior import Prior

from langsong.errors import UnitError
from langsong.text.dictionary_reader import PHRASE, Reading, dictionary_readings
from langsong.text.phones import pinyin_phones
from langsong.text.polyphone_features import MAX_CANDIDATES, Features, Sentence, Vocabulary
from langsong.text.polyphone_lstm import BiLstm
from langsong.text.words import Token, tokenize

MIN_WORDS = 3
SELF_LABELLED = 60
"""For each reading of a character."""


@dataclass
class Analysed:
    tokens: list[Token]
    readings: list[Reading | None]
    index: int
    label: str
    shows_dictionary: bool = True


def analyse(examples: Iterable[Example]) -> list[Analysed]:
    found = []
    for example in examples:
        tokens = list(tokenize(example.text))
        readings: list[Reading | None] = []
        for hanzi, run in groupby(tokens, key=lambda token: token.kind == "hanzi"):
            words = [token.text for token in run]
            readings += dictionary_readings(words) if hanzi else [None] * sum(map(len, words))
        found.append(Analysed(tokens, readings, example.index, example.reading))
    return found


def self_labelled(examples: Sequence[Analysed], vocabulary: Vocabulary, seed: int = 0) -> list[Analysed]:
    """Other characters of the same sentences whose word is in the dictionary, which the model is not shown."""
    pool = defaultdict(list)
    for example in examples:
        text = "".join(token.text for token in example.tokens)
        for at, reading in enumerate(example.readings):
            if at == example.index or reading is None or reading.reason != PHRASE:
                continue
            if reading.pinyin in vocabulary.candidates.get(text[at], {}):
                pool[text[at], reading.pinyin].append(
                    Analysed(example.tokens, example.readings, at, reading.pinyin, shows_dictionary=False)
                )
    chooser = random.Random(seed)
    return [one for found in pool.values() for one in chooser.sample(found, min(SELF_LABELLED, len(found)))]


def make_vocabulary(examples: Sequence[Analysed], prior: Prior) -> Vocabulary:
    readings = defaultdict(dict)
    for char, found in prior.readings.items():
        readings[char].update(dict.fromkeys(found))
    words: Counter[str] = Counter()
    for example in examples:
        text = "".join(token.text for token in example.tokens)
        words.update(token.text for token in example.tokens if token.kind == "hanzi")
        readings[text[example.index]][example.label] = None
        known = example.readings[example.index]
        if known is not None:
            readings[text[example.index]][known.pinyin] = None
    pairs = [
        (char, reading)
        for char, found in sorted(readings.items())
        for reading in [one for one in found if _is_pinyin(one)][:MAX_CANDIDATES]
    ]
    frequent = [word for word, count in words.most_common() if count >= MIN_WORDS]
    return Vocabulary(prior.characters, ["<PAD>", "<UNK>", *frequent], pairs)


def _is_pinyin(reading: str) -> bool:
    """CC-CEDICT writes xx5 for a reading that nobody knows."""
    try:
        pinyin_phones(reading)
    except UnitError:
        return False
    return True


def arrays(examples: Sequence[Analysed], vocabulary: Vocabulary, prior: Prior) -> dict[str, np.ndarray]:
    """The features of all examples, g2pM's logits of the candidates, and the place of the label among them."""
    lstm = BiLstm(prior.input, prior.recurrent, prior.bias)
    rows: list[Features] = []
    priors, labels, known, texts = [], [], [], []
    for number, example in enumerate(examples):
        sentence = Sentence(example.tokens, vocabulary)
        candidates = vocabulary.candidates.get(sentence.text[example.index], {})
        if example.label not in candidates:
            continue
        shown = example.readings[example.index] if example.shows_dictionary else None
        features = sentence.features([example.index], [shown])
        rows.append(features)
        priors.append(prior_logits(features, list(candidates), prior, lstm))
        labels.append(list(candidates).index(example.label))
        known.append(number)
        start, end = features.sentence[0]
        texts.append(np.pad(features.text[1:-1][start:end], (0, 48 - (end - start))))
    stacked = {
        name: np.concatenate([getattr(row, name) for row in rows])
        for name in rows[0].names()
        if name not in ("text", "targets", "sentence")
    }
    return {
        **stacked,
        "sentence_text": np.stack(texts),
        "prior": np.stack(priors).astype(np.float32),
        "label": np.array(labels),
        "example": np.array(known),
    }


def prior_logits(features: Features, candidates: Sequence[str], prior: Prior, lstm: BiLstm) -> np.ndarray:
    outputs = lstm(prior.character[features.text])[features.targets[0] + 1]
    hidden = np.maximum(outputs @ prior.hidden + prior.hidden_bias, 0)
    logits = np.zeros(MAX_CANDIDATES, np.float32)
    for place, reading in enumerate(candidates):
        logits[place] = prior_row(reading, prior) @ np.append(hidden, 1)
    return logits


def prior_row(reading: str, prior: Prior) -> np.ndarray:
    """Output weights of a reading; those that g2pM does not know get a low score, whatever the context."""
    if reading in prior.classes:
        return prior.reading[prior.classes[reading]]
    row = np.zeros(prior.reading.shape[1], np.float32)
    row[-1] = -10
    return row
