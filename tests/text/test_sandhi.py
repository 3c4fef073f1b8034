"""Tones in connected speech."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings_table import accepts, rows

from langsong.errors import TextError
from langsong.text import sandhi
from langsong.text.frontend import Frontend
from langsong.text.g2p import read_words
from langsong.text.word_structure import joints
from langsong.text.words import tokenize
from langsong.types import Syllable, Word

frontend = Frontend()


def words(text: str) -> tuple[Word, ...]:
    """The words of a text with the tones of the dictionary."""
    found: list[Word] = []
    tokens = list(tokenize(text))
    for token, syllables in zip(tokens, read_words(tokens), strict=True):
        if token.kind != "punctuation":
            found.append(Word(token.text, syllables))
        elif found:
            found[-1] = replace(found[-1], punctuation=token.text)
    return tuple(found)


def spoken(text: str) -> dict[str, Syllable]:
    """The syllables of a text after sandhi, by character."""
    return {s.text: s for word in sandhi.apply(words(text)) for s in word.syllables}


@pytest.mark.parametrize(
    ("text", "expected"),
    rows(
        "sandhi_bu.tsv",
        "sandhi_yi.tsv",
        "sandhi_yi_bu.tsv",
        "sandhi_third.tsv",
        "sandhi_neutral.tsv",
        "sandhi_words.tsv",
    ),
)
def test_readings(text: str, expected: str) -> None:
    pinyin = frontend.pinyin(text)
    assert accepts(expected, pinyin), f"{pinyin} is not {expected}"


@pytest.mark.parametrize(
    ("text", "char", "reason"),
    [
        ("不是", "不", "不 before tone 4"),
        ("看不见", "不", "不 before a complement"),
        ("去不去", "不", "不 in V不V"),
        ("一定", "一", "一 before tone 4"),
        ("一天", "一", "一 before tone 1"),
        ("十一", "一", "一 at the end"),
        ("十一月", "一", "一 in a number"),
        ("第一次", "一", "一 as an ordinal"),
        ("统一思想", "一", "一 as a unit"),
        ("独一无二", "一", "一 as a digit"),
        ("想一想", "一", "一 in V一V"),
        ("水果", "水", "tone 3 before tone 3"),
        ("去过北京", "过", "过 of experience"),
    ],
)
def test_a_change_says_why(text: str, char: str, reason: str) -> None:
    said = spoken(text)[char].reason
    assert said.endswith(f"; {reason}")


def test_what_is_given_by_hand_stays_and_counts_for_its_neighbours() -> None:
    first, second = words("很好")
    given_reading = replace(second.syllables[0], pinyin="hao4", reason="inline pinyin")
    changed = sandhi.apply([first, replace(second, syllables=(given_reading,))])
    assert [s.pinyin for word in changed for s in word.syllables] == ["hen3", "hao4"]
    fixed = replace(first.syllables[0], reason="user lexicon")
    changed = sandhi.apply([replace(first, syllables=(fixed,)), second])
    assert [s.pinyin for word in changed for s in word.syllables] == ["hen3", "hao3"]


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("我买，你卖。", "wo2 mai3 ni3 mai4"),
        ("我给 你", "wo3 gei2 ni3"),
        ("说不，是的。", "shuo1 bu4 shi4 de5"),
        ("第一，是的。", "di4 yi1 shi4 de5"),
        ("“一”是", "yi1 shi4"),
    ],
)
def test_tones_change_within_a_stretch_and_not_across_punctuation(text: str, pinyin: str) -> None:
    assert " ".join(s.pinyin for word in sandhi.apply(words(text)) for s in word.syllables) == pinyin


def test_latin_words_part_nothing_and_have_no_tone() -> None:
    assert frontend.pinyin("我OK你") == "wo3 OK ni3"
    assert frontend.pinyin("不OK") == "bu4 OK"


@pytest.mark.parametrize(
    ("word", "depths"),
    [
        ("展览馆", (0, 1)),
        ("小老虎", (1, 0)),
        ("领导小组", (0, 1, 0)),
        ("一九九五年", (0, 1, 0, 2)),
        ("第九十点五", (2, 0, 1, 1)),
        ("九九五", (0, 0)),
        ("水", ()),
    ],
)
def test_word_structure(word: str, depths: tuple[int, ...]) -> None:
    assert joints(word) == depths


_CHARACTERS = st.sampled_from("一不好想子儿过里上头看老虎李小十百点五着了的吗水果马，。A ")
chinese = st.text(_CHARACTERS | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=30)


@given(chinese)
def test_only_tones_change(text: str) -> None:
    try:
        before = words(text)
    except TextError:
        return
    after = sandhi.apply(before)
    assert [(w.text, w.punctuation) for w in after] == [(w.text, w.punctuation) for w in before]
    for old, new in zip(
        (s for word in before for s in word.syllables), (s for word in after for s in word.syllables), strict=True
    ):
        assert (old.text, old.latin, old.pinyin[:-1]) == (new.text, new.latin, new.pinyin[:-1])
        assert new.latin or new.pinyin[-1] in "12345"
        assert new.reason.startswith(old.reason)
        assert new.pinyin == old.pinyin or new.reason != old.reason


@given(
    st.lists(
        st.sampled_from(["你好", "雨伞", "美女", "老李", "想", "买", "酒", "很", "五百", "水果", "洗澡"]),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
def test_a_third_tone_stays_third_only_at_the_end_of_a_phrase_or_before_another_tone(parts: list[str]) -> None:
    tones = [s.pinyin[-1] for word in sandhi.apply(words("".join(parts))) for s in word.syllables]
    assert tones[-1] == "3"
    assert set(tones) <= {"2", "3"}
    assert sum(a == b == "3" for a, b in pairwise(tones)) <= len(tones) // 4


def test_no_words() -> None:
    assert sandhi.apply([]) == ()
