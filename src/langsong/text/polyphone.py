"""Characters with several readings: what the model says where it is to be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from langsong.text.dictionary_reader import COMMONEST, OPEN, PHRASE, Reading
from langsong.text.polyphone_features import Sentence
from langsong.text.polyphone_model import polyphone_model
from langsong.text.words import Token

_UNASKED = frozenset("一不儿啊的")
"""Their readings follow from rules that look at tones (sandhi, erhua), or from the word alone (目的, 的士)."""
_OVERRULE = 0.9
"""The probability from which the model's word counts more than a phrase of the dictionary."""


def disambiguate(tokens: Sequence[Token], readings: Sequence[Reading | None]) -> list[Reading | None]:
    """The readings of a text's characters, with the model's where a character has several.

    Args:
        tokens: of N characters together.
        readings: N, by the dictionaries; None for what is no hanzi.
    """
    text = "".join(token.text for token in tokens)
    model = polyphone_model()
    candidates = model.vocabulary.candidates
    targets = [at for at, reading in enumerate(readings) if reading is not None and _open(text[at], reading)]
    result = list(readings)
    if not targets:
        return result
    features = Sentence(tokens, model.vocabulary).features(targets, [readings[at] for at in targets])
    scores = model.scores(features)
    for at, row in zip(targets, scores, strict=True):
        best = int(row.argmax())
        pinyin = list(candidates[text[at]])[best]
        dictionary = readings[at]
        if dictionary is None or pinyin == dictionary.pinyin:
            continue
        if dictionary.reason == COMMONEST or row[best] >= _OVERRULE:
            result[at] = Reading(pinyin, f"model {row[best]:.2f}")
    return result


def _open(char: str, reading: Reading) -> bool:
    """Whether the model has a say: in idioms never, in phrases where it has learned from labels."""
    if char in _UNASKED or reading.reason not in OPEN:
        return False
    model = polyphone_model()
    return char in (model.learned if reading.reason == PHRASE else model.vocabulary.candidates)
