"""Segmentation of raw text."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import OptionError
from langsong.text.segment import segment

# Each case is its pieces; the text is what they join to.
SENTENCES = [
    ["今天天气很好。", "我们走吧！", "去哪儿？", "公园；", "好"],
    ["真的吗？！", "当然……", "太好了!!!", "嗯"],
    ["“你好。”", "他说。"],
    ["他问：“走吗？”", "（没人答。）", "「好。」", "『行！』】", "完"],
    ["他说：“走吧！”，然后走了。"],
    ['他说"好。"', "然后走了。"],
    ["他走了。", '"好。"', "她说。"],
    ["价格是3.5元。", "版本v2.0.1可用。", "时间1:30到2：45。"],
    ["Dr. Wang met Prof. Li at 3 p.m. today. ", "OK? ", "Yes."],
    ["See Fig. 3, No. 5, e.g. in the U.S. and so on... ", "Done."],
    ["网址https://a.cn/b?c=1;d!", "看看。", "邮箱a.b@c.com.cn给我。", "www.x.com好"],
    ["第一行\n", "第二行\r\n\n", "第三行"],
    ["你好。  \n\n", "再见。\u3000", "好"],
    ["1. 打开\n", "2. 关闭\n", "3.结束"],
    ["你好.", "再见."],
    ["3.14和1,000,000。", "完"],
    ["。。。"],
    ["没有句号"],
]


@pytest.mark.parametrize("pieces", SENTENCES, ids=lambda pieces: "".join(pieces)[:20])
def test_sentences(pieces: list[str]) -> None:
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


@pytest.mark.parametrize(
    "unit", ["今天很好，走吧。", "今天", "a", "1", '!"，', "a.", "http://", "a@a.", "好!，", " 。"]
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
    text = "你好。" * 300_000
    start = time.perf_counter()
    assert list(itertools.islice(segment(text), 2)) == ["你好。", "你好。"]
    assert time.perf_counter() - start < 0.1
