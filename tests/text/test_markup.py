"""Inline pinyin and pauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import TextError
from langsong.text.document import FixedReading, Passage
from langsong.text.markup import marks, parse_markup


def shown(passage: Passage) -> str:
    """The text with each given syllable behind its characters."""
    text, end = "", 0
    for fixed in passage.fixed:
        text += passage.text[end : fixed.end] + f"<{passage.text[fixed.start : fixed.end]}={' '.join(fixed.pinyin)}>"
        end = fixed.end
    return text + passage.text[end:]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("银行{hang2}", "银行<行=hang2>"),
        ("银行{yin2 hang2}长{zhang3}", "银<银=yin2>行<行=hang2>长<长=zhang3>"),
        ("长{Zhang3}大", "长<长=zhang3>大"),
        ("绿{lü4}女{nu:3}吕{lv3}", "绿<绿=lv4>女<女=nv3>吕<吕=lv3>"),
        ("了{le0}", "了<了=le5>"),
        ("花儿{huar1}开", "花儿<花儿=huar1>开"),
        ("玩花儿{wan2 huar1}", "玩<玩=wan2>花儿<花儿=huar1>"),
        ("花儿{hua1 er2}", "花<花=hua1>儿<儿=er2>"),
        ("这{zher4}", "这<这=zher4>"),
        ("女儿{er2}", "女儿<儿=er2>"),
        ("iPhone{ai4 feng1}手机", "iPhone<iPhone=ai4 feng1>手机"),
        ("嗯{ng4}", "嗯<嗯=ng4>"),
        ("𠮷{ji2}野家", "𠮷<𠮷=ji2>野家"),
        ("行{ hang2 }", "行<行=hang2>"),
    ],
)
def test_readings(text: str, read: str) -> None:
    (passage,) = parse_markup(text)
    assert shown(passage) == read
    assert all(fixed.source == "inline pinyin" for fixed in passage.fixed)


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("你好[停顿 500ms]世界", [("你好", 0.5), ("世界", 0.0)]),
        ("你好[pause 0.5s]世界", [("你好", 0.5), ("世界", 0.0)]),
        ("你好[停顿500毫秒]世界", [("你好", 0.5), ("世界", 0.0)]),
        ("你好【停顿 1.5 秒】世界", [("你好", 1.5), ("世界", 0.0)]),
        ("你好[Pause 2S]", [("你好", 2.0)]),
        ("[停顿]好", [("", 1.0), ("好", 0.0)]),
        ("一[停顿 1s][停顿 2s]二", [("一", 1.0), ("", 2.0), ("二", 0.0)]),
        ("", [("", 0.0)]),
    ],
)
def test_pauses(text: str, passages: list[tuple[str, float]]) -> None:
    assert [(passage.text, passage.pause_s) for passage in parse_markup(text)] == passages


@pytest.mark.parametrize(
    "text",
    [
        "你好{name}", "{}", "集合{a, b}", "集合{x1}", "{'a': 1}", "f{x}", "[停顿时间]不长", "数组[1]", "【注】",
        "函数{return 0}", "a[i]{b}", "{{ title }}", "模板{0}", "{ni3", "好}", "长{zhang3，", "{x y}", "[pauses]",
    ],
)  # fmt: skip
def test_other_braces_and_brackets_are_text(text: str) -> None:
    assert parse_markup(text) == (Passage(text),)
    assert list(marks(text)) == []


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("银行{hnag2}", 2, "'hnag2' is not pinyin"),
        ("银行{hang7}", 2, "'hang7' is not pinyin"),
        ("银行{hang}", 2, "its tone 1-5"),
        ("银行{yin2 hang}", 2, "its tone 1-5"),
        ("我去银行{wo3 qu4 yin2 hang2 le5}", 4, "5 syllables for 我去银行"),
        ("他说，行{shuo1 hang2}", 4, "2 syllables for 行"),
        ("你好 {hao3}", 3, "no hanzi"),
        ("{ni3 hao3}", 0, "no hanzi"),
        ("5{wu3}", 1, "no hanzi"),
        ("行{hang2}{xing2}", 8, "have a reading already"),
        ("行{hang2}好{xing2 hao3}", 9, "have a reading already"),
        ("停[停顿 5分钟]", 1, "write a length up to 10 s, for example [停顿 500ms]"),
        ("停[停顿 500]", 1, "write a length"),
        ("停[停顿 11s]", 1, "write a length"),
    ],
)
def test_mistakes_have_a_position(text: str, position: int, message: str) -> None:
    with pytest.raises(TextError) as caught:
        parse_markup(text)
    assert caught.value.position == position
    assert message in str(caught.value)
    assert f"at character {position}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "position"), [("银行{hang2}，мир", 10), ("[停顿 1s]你\0", 8), ("𠮷{ji2}和𠮷", 7), ("字𠮷{zi4 ji2}ж", 11)]
)
def test_what_cannot_be_read_has_its_place_in_the_whole_text(text: str, position: int) -> None:
    with pytest.raises(TextError) as caught:
        parse_markup(text)
    assert caught.value.position == position
    assert f"at character {position}" in str(caught.value)


@given(st.text(st.sampled_from("银行A好1 {}[]【】停顿pauseshang2儿r.，"), max_size=60))
def test_only_marks_disappear(text: str) -> None:
    passages, error = tried(text)
    if error is not None:
        assert error.position is not None
        assert 0 <= error.position < len(text)
        return
    written, position = "", 0
    for mark in marks(text):
        written += text[position : mark.start()]
        position = mark.end()
    assert "".join(passage.text for passage in passages) == written + text[position:]
    for passage in passages:
        ends = [0]
        for fixed in passage.fixed:
            assert ends[-1] <= fixed.start <= fixed.end <= len(passage.text)
            ends.append(fixed.end)


def tried(text: str) -> tuple[tuple[Passage, ...], TextError | None]:
    try:
        return parse_markup(text), None
    except TextError as error:
        return (), error


def test_a_part_of_a_passage_keeps_what_is_in_it() -> None:
    (passage,) = parse_markup("我去银行{hang2}取iPhone{ai4 feng1}")
    assert passage.slice(2, 5) == Passage("银行取", (FixedReading(1, 2, ("hang2",), "inline pinyin"),))
    assert [f.pinyin for f in passage.slice(4, 11).fixed] == [("ai4", "feng1")]
    assert passage.slice(0, 3).fixed == ()


@pytest.mark.parametrize(
    ("text", "plain", "emphases"),
    [
        ("这[强调]很[/强调]重要", "这很重要", [(1, 2)]),
        ("[emphasis]这[/emphasis]很【强调】重要", "这很重要", [(0, 1), (2, 4)]),
        ("这[强调]很\n重要", "这很\n重要", [(1, 2)]),
        ("这[强调][/强调]很", "这很", []),
        ("3*5*7，王*明，*重要*", "3*5*7，王*明，*重要*", []),
    ],
)
def test_emphasis(text: str, plain: str, emphases: list[tuple[int, int]]) -> None:
    (passage,) = parse_markup(text)
    assert passage.text == plain
    assert [(e.start, e.end) for e in passage.emphases] == emphases


def test_emphasis_goes_on_after_a_pause() -> None:
    first, second = parse_markup("这[强调]很{hen3}[停顿]重[/强调]要")
    assert [(e.start, e.end) for e in first.emphases] == [(1, 2)]
    assert [(e.start, e.end) for e in second.emphases] == [(0, 1)]
