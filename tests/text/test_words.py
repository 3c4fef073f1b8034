"""Words, their readings, erhua and breaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import TextError, UnitError
from langsong.text.english import arpabet_phones, latin_phones, spell
from langsong.text.erhua import merge_erhua
from langsong.text.g2p import word_pinyin
from langsong.text.prosody import break_after
from langsong.text.units import inventory
from langsong.text.words import Token, tokenize


def test_tokens() -> None:
    tokens = list(tokenize("我爱北京，it's OK！A股"))
    assert tokens == [
        Token("我", "hanzi"),
        Token("爱", "hanzi"),
        Token("北京", "hanzi"),
        Token("，", "punctuation"),
        Token("it's", "latin"),
        Token(" ", "punctuation"),
        Token("OK", "latin"),
        Token("！", "punctuation"),
        Token("A", "latin"),
        Token("股", "hanzi"),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("今天我们，a'。")))
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(token.text for token in tokenize(text)) == text


@pytest.mark.parametrize(
    ("words", "readings"),
    [
        (["你好"], [("ni2", "hao3")]),
        (["觉得", "很", "绿"], [("jue2", "de5"), ("hen3",), ("lv4",)]),
        (["银行", "行长"], [("yin2", "hang2"), ("hang2", "zhang3")]),
        (["嗯", "〇"], [("n2",), ("ling2",)]),
        ([], []),
    ],
)
def test_readings_are_aligned_to_words(words: list[str], readings: list[tuple[str, ...]]) -> None:
    assert word_pinyin(words) == readings


def test_a_character_without_reading_is_never_dropped() -> None:
    with pytest.raises(TextError, match=r"U\+20BB7") as caught:
        word_pinyin(["你好", "𠮷"])
    assert caught.value.position == 2


@pytest.mark.parametrize(
    ("word", "readings", "merged"),
    [
        ("花儿", "hua1 er2", "huar1"),
        ("一会儿", "yi2 hui4 er5", "yi2 huir4"),
        ("小孩儿们", "xiao3 hai2 er2 men5", "xiao3 hair2 men5"),
        ("这儿", "zhe4 er2", "zher4"),
        ("女儿", "nv3 er2", "nv3 er2"),
        ("女儿红", "nv3 er2 hong2", "nv3 er2 hong2"),
        ("新生儿", "xin1 sheng1 er2", "xin1 sheng1 er2"),
        ("婴幼儿", "ying1 you4 er2", "ying1 you4 er2"),
        ("幼儿园", "you4 er2 yuan2", "you4 er2 yuan2"),
        ("小儿子", "xiao3 er2 zi5", "xiao3 er2 zi5"),
        ("儿", "er2", "er2"),
        ("儿童", "er2 tong2", "er2 tong2"),
    ],
)
def test_erhua(word: str, readings: str, merged: str) -> None:
    syllables = merge_erhua(word, readings.split())
    assert " ".join(syllable.pinyin for syllable in syllables) == merged
    assert "".join(syllable.text for syllable in syllables) == word


def test_a_merged_syllable_remembers_its_parts() -> None:
    (syllable,) = merge_erhua("花儿", ("hua1", "er2"))
    assert syllable.parts == ("hua1", "er2")


@pytest.mark.parametrize(
    ("punctuation", "level"),
    [
        ("", "#1"), (" ", "#1"), ("“", "#1"), ("·", "#1"), ("-", "#1"), ("、", "#2"), ("（", "#2"),
        ("”、“", "#2"), ("，", "#3"), ("：“", "#3"), ("——", "#3"), ("……", "#3"), (", ", "#3"),
        ("。”", "#4"), ("？！", "#4"), ("；", "#4"), ("\n", "#4"), ("，。", "#4"),
    ],
)  # fmt: skip
def test_breaks(punctuation: str, level: str) -> None:
    assert break_after(punctuation) == level
    assert break_after(punctuation, last=True) == "#4"


def test_letters_are_spelled() -> None:
    assert spell("it's") == "ITS"
    assert [" ".join(phones) for phones, _ in latin_phones("AW", "arpabet")] == [
        "ey",
        "d ah",
        "b ah l",
        "y uw",
    ]
    assert [tone for _, tone in latin_phones("AW", "arpabet")] == ["tone1", "tone1", "tone0", "tone0"]
    assert [" ".join(phones) for phones, _ in latin_phones("aW", "pinyin")] == [
        "ge ei_c",
        "d_c a_c",
        "b_c u_c",
        "l_c iou_c",
    ]


@pytest.mark.parametrize("reading", ["arpabet", "pinyin"])
def test_every_letter_is_in_the_inventory(reading: str) -> None:
    voice = inventory("PinYin", [])
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        syllables = latin_phones(letter, reading)  # type: ignore[arg-type]
        assert syllables
        for phones, tone in syllables:
            assert set(phones) <= set(voice.phones)
            assert tone in voice.tones


@pytest.mark.parametrize(
    ("pronunciation", "position"), [("HH AH0 QQ", 2), ("", 0), ("HH . . AH", 2), ("hh", 0), ("AH3", 0)]
)
def test_what_is_not_arpabet_is_refused(pronunciation: str, position: int) -> None:
    with pytest.raises(UnitError, match="ARPAbet") as caught:
        arpabet_phones(pronunciation)
    assert caught.value.position == position


def test_secondary_stress_is_no_stress() -> None:
    assert [tone for _, tone in arpabet_phones("T EH1 . L AH0 . F OW2 N")] == ["tone1", "tone0", "tone0"]
