"""Segmentation of raw text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import OptionError
from langsong.text.segment import segment

CASES = (Path(__file__).parent / "data/segment_sentences.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", [case for case in CASES if case and not case.startswith("#")])
def test_sentences(case: str) -> None:
    pieces = case.replace("\\n", "\n").split("|")
    assert list(segment("".join(pieces))) == pieces


@pytest.mark.parametrize(
    ("pieces", "budget"),
    [
        (["春天来了，", "花开了，", "草绿了。"], 7),
        (["春天来了，花开了，", "草绿了。"], 9),
        (["苹果、梨、", "桃子和：", "西瓜"], 5),
        (["他说“好，”", "就走了。"], 6),
        (["hello ", "world ", "again"], 9),
        (["共1,234,567", "元钱"], 10),
        (["北京大学", "生物系"], 6),
        (["aaaa", "aaaa", "aa"], 4),
        (["好", "的"], 1),
        (["他看了《你好，世界》，", "很喜欢"], 12),
        (["今天3.5元，", "明天4,000元"], 8),
    ],
)
def test_long_sentences(pieces: list[str], budget: int) -> None:
    assert list(segment("".join(pieces), budget)) == pieces


@given(
    st.text(st.characters() | st.sampled_from("。！？，、：“”\"'（）.!?,: \n…a1我们好"), max_size=200),
    st.integers(1, 80),
)
def test_pieces_join_to_the_text_and_keep_the_budget(text: str, budget: int) -> None:
    pieces = list(segment(text, budget))
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(len(piece.rstrip()) <= budget for piece in pieces)


@given(st.text(st.characters(categories=["Cs"]) | st.sampled_from("我们，"), max_size=40))
def test_unpaired_surrogates_survive_segmentation(text: str) -> None:
    assert "".join(segment(text, 5)) == text


def test_empty_text_has_no_pieces() -> None:
    assert list(segment("")) == []


def test_a_budget_below_one_is_refused_at_the_call() -> None:
    with pytest.raises(OptionError, match="max_characters is 0"):
        segment("好", 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "今天很好，走吧。",
        "今天",
        "a",
        "1",
        '!"，',
        "a.",
        "http://",
        "a@a.",
        "好!，",
        " 。",
        "《",
        "《a",
        "1. ",
        "1.\t ",
        ".",
        "’",
        "http://a,",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(characters: int) -> float:
        text = (unit * characters)[:characters]
        start = time.perf_counter()
        assert sum(map(len, segment(text))) == characters
        return time.perf_counter() - start

    seconds(1000)
    # Quadratic time would need 400 times as long.
    assert min(seconds(100_000) for _ in range(2)) < 100 * max(min(seconds(5000) for _ in range(3)), 1e-3)


def test_the_first_piece_does_not_need_the_rest() -> None:
    assert next(segment("你好。" + "a" * 10_000_000)) == "你好。"
