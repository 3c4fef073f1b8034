"""Normalised text as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.text.names import is_name
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


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("今天我们一百零个看，a'。")))
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(token.text for token in tokenize(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Words of the segmenter's dictionary that are two.
        ("今天天气很好", "今天 天气 很 好"),
        ("明天天气怎么样", "明天 天气 怎么样"),
        # Function words that its guesses stick to verbs.
        ("他得了奖得好好学习", "他 得 了 奖 得 好好学习"),
        ("高高兴兴地去", "高高兴兴 地 去"),
        ("这得花多少钱", "这 得 花 多少 钱"),
        # A number is one word, with what it counts.
        ("一百零一个", "一百零一个"),
        ("第二十五届", "第二十五届"),
        ("三点一四一五", "三点一四一五"),
        # Names, and verbs said twice.
        ("王小明来了", "王小明 来 了"),
        ("看一看", "看一看"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert " ".join(token.text for token in tokenize(text)) == words


@pytest.mark.parametrize(
    ("word", "name"),
    [("王小明", True), ("欧阳锋", True), ("李四光", True), ("这得花", False), ("张的", False), ("王", False)],
)
def test_what_looks_like_a_name(word: str, name: bool) -> None:
    assert is_name(word) is name
