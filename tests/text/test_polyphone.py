"""The model that chooses between the readings of a character."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from langsong.text.dictionary_reader import dictionary_readings
from langsong.text.g2p import read_words
from langsong.text.phones import pinyin_phones
from langsong.text.polyphone import disambiguate
from langsong.text.polyphone_features import MAX_CANDIDATES, WINDOW, Sentence
from langsong.text.polyphone_model import polyphone_model
from langsong.text.words import Token, tokenize

TABLES = sorted((Path(__file__).parent / "data").glob("polyphone_*.tsv"))


def cases() -> list[tuple[str, int, str]]:
    texts = [table.read_text(encoding="utf-8") for table in TABLES]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    pairs = [line.split("\t") for line in lines]
    return [(sentence.replace("▁", ""), sentence.index("▁"), reading) for sentence, reading in pairs]


def reading_at(text: str, index: int) -> str:
    tokens = list(tokenize(text))
    position = 0
    for token, word in zip(tokens, read_words(tokens), strict=True):
        if token.kind == "hanzi" and position <= index < position + len(token.text):
            return word[index - position].pinyin
        position += len(token.text)
    raise AssertionError(text)


def test_the_table_of_sentences() -> None:
    found = [(text, expected, reading_at(text, index)) for text, index, expected in cases()]
    # The neutral tone of words is a matter of the sandhi rules.
    wrong = [c for c in found if c[1] != c[2] and not (c[1][-1] == "5" and c[1][:-1] == c[2][:-1])]
    assert len(found) >= 300
    assert len(wrong) <= 0.03 * len(found), wrong


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("头发发白了", "fa4 fa1"),
        ("他背着背包", "bei1 bei1"),
        ("还没还钱", "hai2 huan2"),
        ("音乐让人快乐", "yue4 le4"),
        ("着急的人睡不着", "zhao2 zhao2"),
    ],
)
def test_readings_of_one_character_in_one_sentence(text: str, readings: str) -> None:
    polyphone = next(char for char in text if text.count(char) > 1 and char in "发背还乐着")
    places = [at for at, char in enumerate(text) if char == polyphone]
    assert [reading_at(text, at) for at in places] == readings.split()


def test_scores_are_probabilities_of_the_candidates() -> None:
    model = polyphone_model()
    tokens = list(tokenize("他得了奖"))
    features = Sentence(tokens, model.vocabulary).features([1, 2], [None, None])
    scores = model.scores(features)
    assert scores.shape == (2, MAX_CANDIDATES)
    np.testing.assert_allclose(scores.sum(1), 1, atol=1e-5)
    assert (scores[features.candidates < 0] == 0).all()
    assert features.characters.shape == (2, 2 * WINDOW + 1)


def test_what_stands_far_away_changes_little() -> None:
    """Windows and g2pM's LSTM look at the surroundings: a target reads the same in a text a page long."""
    sentence = "他得了一等奖，大家都很高兴。"
    alone = reading_at(sentence, 1)
    filler = "天气很好。" * 40
    assert reading_at(filler + sentence + filler, len(filler) + 1) == alone


def test_lists_win_over_the_model() -> None:
    tokens = [Token("下载", "hanzi")]
    readings = dictionary_readings(["下载"])
    assert disambiguate(tokens, readings) == readings


def test_every_reading_it_can_choose_is_pinyin() -> None:
    for _, reading in polyphone_model().vocabulary.readings:
        pinyin_phones(reading)
