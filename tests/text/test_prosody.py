"""Breaks between words."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readings_table import rows

from langsong.errors import TextError
from langsong.text.affinity import CLITIC, cohesion, part
from langsong.text.frontend import Frontend
from langsong.text.prosody import Style, place_breaks
from langsong.types import Word

frontend = Frontend()
_SHOWN = {"": "", "#1": " ", "#2": " | ", "#3": " || "}


def words(text: str) -> tuple[Word, ...]:
    return frontend.utterance(text).words


def shown(text: str) -> str:
    *first, last = place_breaks(words(text), "rhythm")
    assert last.break_after == "#4"
    return "".join(word.text + _SHOWN[word.break_after] for word in first) + last.text


@pytest.mark.parametrize(("text", "expected"), rows("prosody_rhythm.tsv"))
def test_rhythm(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("style", ["words", "rhythm"])
@pytest.mark.parametrize(
    ("punctuation", "level"),
    [
        ("、", "#2"), ("（", "#2"), ("”、“", "#2"), ("，", "#3"), ("：“", "#3"), ("——", "#3"), ("……", "#3"),
        (", ", "#3"), ("。”", "#4"), ("？！", "#4"), ("；", "#4"), ("\n", "#4"), ("，。", "#4"),
        (" ", "#1"), ("“", "#1"), ("·", "#1"), ("-", "#1"),
    ],
)  # fmt: skip
def test_punctuation(punctuation: str, level: str, style: Style) -> None:
    first, second = words("你好")[0], words("世界")[0]
    placed = place_breaks([Word(first.text, first.syllables, punctuation=punctuation), second], style)
    assert [word.break_after for word in placed] == [level, "#4"]


def test_the_style_of_words_has_a_break_between_any_two() -> None:
    assert [word.break_after for word in place_breaks(words("我的书在桌子上"))][:-1] == ["#1"] * 5


def test_no_words() -> None:
    assert place_breaks([]) == ()


_PIECES = (
    "我 的 书 在 桌子 上 很 有意思 发展 经济 北京大学 一 本 三十 个 不 知道 图书馆 了 着 和 因为 认为 他们 吃 饭 去 看 "
    "， 印度尼西亚 中华人民共和国 Python 起来 昨天"
)
texts = st.lists(st.sampled_from(_PIECES.split()), min_size=1, max_size=40).map("".join)


@given(texts)
@settings(deadline=None)
def test_lengths(text: str) -> None:
    try:
        placed = place_breaks(words(text), "rhythm")
    except TextError:
        return
    for group in _groups(placed, {""}):
        stems = [
            word for before, word in zip([None, *group], group, strict=False) if not before or not _leans(before, word)
        ]
        assert len(stems) == 1 or sum(part(word).size for word in stems) <= 5
    for phrase in _groups(placed, {"", "#1"}):
        assert len(_groups(phrase, {""})) == 1 or sum(part(word).size for word in phrase) <= 10


def _leans(before: Word, word: Word) -> bool:
    return cohesion(part(before), part(word)) <= CLITIC


def _groups(placed: list[Word] | tuple[Word, ...], inside: set[str]) -> list[list[Word]]:
    ends = [0]
    for word in placed:
        ends.append(ends[-1] + (word.break_after not in inside))
    return [
        [word for _, word in found] for _, found in groupby(zip(ends, placed, strict=False), key=lambda pair: pair[0])
    ]


@given(texts, st.sampled_from(["words", "rhythm"]))
@settings(deadline=None)
def test_only_breaks_change_and_the_last_is_the_end(text: str, style: Style) -> None:
    try:
        before = words(text)
    except TextError:
        return
    after = place_breaks(before, style)
    assert [(w.text, w.syllables, w.punctuation) for w in after] == [
        (w.text, w.syllables, w.punctuation) for w in before
    ]
    assert after[-1].break_after == "#4"
    assert all(word.break_after in ("", "#1", "#2", "#3", "#4") for word in after)
