"""The user's lexicon files, and the built-in list."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import OptionError
from langsong.text.g2p import read_words
from langsong.text.lexicon import UserLexicon, builtin
from langsong.text.phones import pinyin_phones
from langsong.text.words import tokenize


def read(text: str, lexicon: UserLexicon) -> list[tuple[str, str]]:
    return [(s.pinyin, s.reason) for word in read_words(list(tokenize(text)), lexicon) for s in word]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words.tsv", "# ours\n\n行长\txing2 chang2\n绿\tlü4\n"),
        ("words.txt", "\ufeff行长\tXING2 chang2\r\n绿\tlu:4\r\n"),
        ("words.yaml", "# ours\n行长: xing2 chang2\n'绿': \"lv4\"\n"),
        ("words.yml", "行长:   xing2 chang2\n绿: lv4"),
    ],
)
def test_files(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert UserLexicon.load(file).entries == {"行长": ("xing2", "chang2"), "绿": ("lv4",)}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("行长", "is not an entry"),
        ("行长\txing2\tchang2", "is not an entry"),
        ("行长\t", "is not an entry"),
        ("\txing2", "is not an entry"),
        ("行长\txing2", "2 characters and 1 syllables"),
        ("行长\txing2 chang", "not pinyin"),
        ("行长\txing2 chonk2", "not a pinyin syllable"),
        ("GPT\tji4 pi4 ti4", "not hanzi"),
        ("好\thao4", "listed twice"),
    ],
)
def test_a_mistake_is_shown_with_its_line(line: str, complaint: str) -> None:
    with pytest.raises(OptionError, match=complaint) as caught:
        UserLexicon.parse(f"# heading\n好\thao3\n\n{line}\n", name="mine.tsv")
    assert str(caught.value).startswith("mine.tsv, line 4: ")
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot read"):
        UserLexicon.load(tmp_path / "absent.tsv")
    with pytest.raises(OptionError, match=r"\.tsv, \.txt, \.yaml"):
        UserLexicon.load(tmp_path / "words.json")
    latin = tmp_path / "words.tsv"
    latin.write_bytes("行\txing2".encode("gbk"))
    with pytest.raises(OptionError, match="not UTF-8"):
        UserLexicon.load(latin)


def test_it_wins_over_everything() -> None:
    lexicon = UserLexicon.parse("银行\tying2 xing4\n的\tdi4\n重庆\tzhong4 qing4")
    assert read("银行的", lexicon) == [(p, "user lexicon") for p in ("ying2", "xing4", "di4")]
    assert read("在重庆", lexicon)[1:] == [("zhong4", "user lexicon"), ("qing4", "user lexicon")]


def test_the_longest_entry_from_the_left_is_taken_across_words() -> None:
    lexicon = UserLexicon.parse("好大\thao4 da4\n好大喜\thao4 dai4 xi1\n喜欢\txi1 huan1")
    assert [p for p, reason in read("好大喜欢", lexicon) if reason == "user lexicon"] == ["hao4", "dai4", "xi1"]


def test_it_does_not_reach_over_punctuation() -> None:
    lexicon = UserLexicon.parse("大家好\tda1 jia1 hao1")
    assert "user lexicon" not in [reason for _, reason in read("大家，好", lexicon)]


@given(
    st.dictionaries(st.text("行好重乐", min_size=1, max_size=4), st.just(None), max_size=6),
    st.text("行好重乐，", max_size=30),
)
def test_matches_do_not_overlap(words: dict[str, None], text: str) -> None:
    lexicon = UserLexicon({word: ("hao1",) * len(word) for word in words})
    end = 0
    for start, readings in lexicon.matches(text):
        assert start >= end
        end = start + len(readings)
        assert text[start:end] in words
    assert end <= len(text)


def test_the_built_in_list_is_sound() -> None:
    for word, readings in builtin().items():
        assert len(word) == len(readings) >= 2, word
        for reading in readings:
            pinyin_phones(reading)
