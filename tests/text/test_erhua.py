"""Retroflex endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings_table import accepts, rows

from langsong.text import erhua
from langsong.text.frontend import Frontend
from langsong.types import Syllable, Word

frontend = Frontend()


def word(text: str, pinyin: str, punctuation: str = "", reason: str = "") -> Word:
    syllables = tuple(Syllable(c, p, reason=reason) for c, p in zip(text, pinyin.split(), strict=True))
    return Word(text, syllables, punctuation=punctuation)


def merged(*words: Word) -> list[tuple[str, str, str]]:
    return [(w.text, " ".join(s.pinyin for s in w.syllables), w.punctuation) for w in erhua.merge(words)]


@pytest.mark.parametrize(("text", "expected"), rows("erhua_merged.tsv", "erhua_full.tsv", "erhua_words.tsv"))
def test_readings(text: str, expected: str) -> None:
    pinyin = frontend.pinyin(text)
    assert accepts(expected, pinyin), f"{pinyin} is not {expected}"


def test_a_merged_syllable_remembers_its_parts() -> None:
    (flower,) = erhua.merge([word("花儿", "hua1 er2", reason="phrase dictionary")])
    assert flower.syllables == (Syllable("花儿", "huar1", ("hua1", "er2"), reason="phrase dictionary; erhua"),)


def test_the_tone_is_that_of_the_stem_after_sandhi() -> None:
    assert merged(word("一点儿", "yi4 dian2 er5")) == [("一点儿", "yi4 dianr2", "")]


def test_a_suffix_goes_to_the_word_before_it() -> None:
    assert merged(word("药方", "yao4 fang1"), word("儿", "er2", "，"), word("好", "hao3")) == [
        ("药方儿", "yao4 fangr1", "，"),
        ("好", "hao3", ""),
    ]
    assert merged(word("胡同", "hu2 tong4"), word("儿里", "er2 li5")) == [
        ("胡同儿", "hu2 tongr4", ""),
        ("里", "li5", ""),
    ]


@pytest.mark.parametrize(
    "words",
    [
        [word("花", "hua1", "，"), word("儿", "er2")],
        [word("儿", "er2")],
        [word("莫", "mo4"), word("卧儿", "wo4 er2")],
        [Word("OK", (Syllable("OK", "OK", latin=True),)), word("儿", "er2")],
        [word("二", "er4"), word("儿", "er2")],
        [word("花儿", "hua1 er2", reason="user lexicon")],
    ],
)
def test_what_is_no_suffix_stays(words: list[Word]) -> None:
    assert erhua.merge(words) == tuple(words)


@given(st.lists(st.text(st.sampled_from("花女儿子童一点小孩里"), min_size=1, max_size=4), max_size=6))
def test_no_character_is_lost(texts: list[str]) -> None:
    words = [word(text, " ".join("er2" if c == "儿" else "hua1" for c in text)) for text in texts]
    after = erhua.merge(words)
    assert "".join(w.text for w in after) == "".join(texts)
    assert all(w.text == "".join(s.text for s in w.syllables) for w in after)
    assert [p for w in after for s in w.syllables for p in s.parts or (s.pinyin,)] == [
        s.pinyin for w in words for s in w.syllables
    ]
