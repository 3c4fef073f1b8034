"""Readings of words in their sentences, before tones change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import TextError
from langsong.text.dictionary import character_readings, numbered, phrase_readings
from langsong.text.g2p import has_reading, read_words
from langsong.text.words import Token, tokenize


def pinyin(text: str) -> str:
    return " ".join(s.pinyin for word in read_words(list(tokenize(text))) for s in word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好", "ni3 hao3"),
        ("很绿", "hen3 lv4"),
        ("银行行长", "yin2 hang2 hang2 zhang3"),
        ("一不做二不休", "yi1 bu4 zuo4 er4 bu4 xiu1"),
        ("我们不是一起去的", "wo3 men5 bu4 shi4 yi1 qi3 qu4 de5"),
        ("嗯〇", "n2 ling2"),
        ("花儿", "hua1 er2"),
    ],
)
def test_citation_readings(text: str, expected: str) -> None:
    assert pinyin(text) == expected


def test_one_tuple_for_each_token() -> None:
    tokens = list(tokenize("我用GPT，好！"))
    words = read_words(tokens)
    assert len(words) == len(tokens)
    for token, word in zip(tokens, words, strict=True):
        assert "".join(s.text for s in word) == ("" if token.kind == "punctuation" else token.text)
        assert all(s.latin == (token.kind == "latin") for s in word)


def test_every_hanzi_says_what_read_it() -> None:
    reasons = {s.text: s.reason for word in read_words(list(tokenize("他为银行重新下载"))) for s in word}
    assert reasons["他"] == "commonest reading"
    assert reasons["新"] == "phrase dictionary"
    assert reasons["银"] == "phrase dictionary"
    assert reasons["下"] == "built-in lexicon"
    assert all(reasons.values())


def test_a_character_without_reading_is_never_dropped() -> None:
    assert not has_reading("𠮷")
    with pytest.raises(TextError, match=r"U\+20BB7") as caught:
        read_words([Token("你", "hanzi"), Token("，", "punctuation"), Token("好𠮷", "hanzi")])
    assert caught.value.position == 3


@settings(deadline=None)
@given(st.text("的地得着了行长重乐还都为只种不一，。A 他在说大家银", max_size=60))
def test_one_syllable_for_each_hanzi(text: str) -> None:
    tokens = list(tokenize(text))
    for token, word in zip(tokens, read_words(tokens), strict=True):
        assert len(word) == {"hanzi": len(token.text), "latin": 1, "punctuation": 0}[token.kind]
        for syllable in word:
            assert syllable.latin or syllable.pinyin in character_readings(syllable.text) or syllable.reason


def test_threads_read_alike() -> None:
    texts = ["他得了奖，得好好干", "银行行长长得很高", "重庆的重点是重新开始"] * 8
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pinyin, texts)) == [pinyin(text) for text in texts]


def test_numbered_tones() -> None:
    assert [numbered(s) for s in ("lǜ", "hǎo", "men", "ń", "ê̄")] == ["lv4", "hao3", "men5", "n2", "ê1"]


def test_phrases_are_listed_without_sandhi() -> None:
    assert phrase_readings("一不小心") == ("yi1", "bu4", "xiao3", "xin1")
    assert phrase_readings("这不是词") is None


@pytest.mark.parametrize(
    ("text", "index", "reading"),
    [
        ("你得早点儿睡", 1, "dei3"),
        ("我睡得很好", 2, "de5"),
        ("他得了一等奖", 1, "de2"),
        ("妈妈为我做饭", 2, "wei4"),
        ("他成为我的朋友", 2, "wei2"),
        ("树上结满了果子", 2, "jie1"),
        ("第三行第五列", 2, "hang2"),
        ("雨不停地下着", 3, "de5"),
        ("老师姓解", 3, "xie4"),
        ("请解开绳子", 1, "jie3"),
    ],
)
def test_neighbours_decide(text: str, index: int, reading: str) -> None:
    assert pinyin(text).split()[index] == reading


def test_patterns_give_readings_that_the_characters_have() -> None:
    lines = resources.files("langsong.text").joinpath("data/contexts.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("#"):
            char, _, _, reading = line.split("\t")
            assert reading in character_readings(char), line
