"""Normalisation: what is written, and how it is read."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from langsong.errors import TextError
from langsong.text.frontend import Frontend
from langsong.text.hanzi import is_hanzi
from langsong.text.normalize import is_spoken, normalize, normalize_spans
from langsong.text.normalize.numerals import cardinal, digit_by_digit, model_number, number, ordinal
from langsong.text.normalize.rules import AFTER_NUMBERS, BEFORE_NUMBERS, NUMBER_RULES
from langsong.types import Span

TABLES = sorted((Path(__file__).parent / "data").glob("tn_*.tsv"))
CASES = [
    pytest.param(*line.split("\t")[:2], id=f"{table.stem}-{line}")
    for table in TABLES
    for line in table.read_text(encoding="utf-8").splitlines()[1:]
]


def said(text: str) -> str:
    """A text without its punctuation and spaces."""
    return "".join(char for char in text if unicodedata.category(char)[0] not in "PZSC")


@pytest.mark.parametrize(("written", "expected"), CASES)
def test_what_is_said(written: str, expected: str) -> None:
    assert said(normalize(written)) == said(expected)


def test_every_rule_is_in_the_tables() -> None:
    seen = {span.rule for case in CASES for span in normalize_spans(str(case.values[0]))}
    rules = {f"rule {rule.name}" for rule in (*BEFORE_NUMBERS, *NUMBER_RULES, *AFTER_NUMBERS)}
    assert rules - seen == set()


PUNCTUATED = {
    "今天是2024年3月5日，12:30。": "今天是二零二四年三月五日，十二点三十分。",
    "电话13800138000。": "电话幺三八 零零幺三 八零零零。",
    "气温-3.5℃，增长50%。": "气温零下三点五摄氏度，增长百分之五十。",
    '他说"好"，花了5元': '他说"好"，花了五元',
    "共 465 篇": "共四百六十五篇",
    "用iPhone 15 看": "用iPhone 十五看",
    "12，345": "十二，三百四十五",
    "3、4个": "三、四个",
    "(1)和（2）": "(一)和（二）",
    "A-B和a/b": "A-B和a/b",
    "路径\\5": "路径\\五",
    "====": "",
    "你\u200b好\ufeff": "你好",
    "你\x07好\t吗": "你 好 吗",
    "上\r\n下": "上\n\n下",
    "他😀好👨\u200d👩\u200d👧": "他 好",
    "1\ufe0f\u20e3": "一",
    "①②Ⅲ½杯5㎡": "一二三二分之一杯五平方米",
    "⼀⾏": "一行",
    "café Ünïcode straße": "cafe Unicode strasse",
    "cafe\u0301": "cafe",
    "٣": "三",
    "頭髮很長，乾隆": "头发很长，乾隆",
    "乾县": "乾县",
    "〇": "〇",
    "": "",
    "  ": "",
}


@pytest.mark.parametrize("text", PUNCTUATED)
def test_punctuation_and_spaces(text: str) -> None:
    assert normalize(text) == PUNCTUATED[text]


def test_spans_say_what_changed_and_why() -> None:
    assert normalize_spans("他２0２4年花了$3.5亿，買😀 5 个") == (
        Span(0, 1, "他", "他"),
        Span(1, 5, "２0２4", "二零二四", "rule year"),
        Span(5, 8, "年花了", "年花了"),
        Span(8, 13, "$3.5亿", "三点五亿美元", "rule money"),
        Span(13, 14, "，", "，"),
        Span(14, 15, "買", "买", "traditional"),
        Span(15, 16, "😀", "", "picture"),
        Span(16, 17, " ", "", "space"),
        Span(17, 18, "5", "五", "rule number"),
        Span(18, 19, " ", "", "space"),
        Span(19, 20, "个", "个"),
    )
    assert normalize_spans("你好，世界") == (Span(0, 5, "你好，世界", "你好，世界"),)
    assert normalize_spans("") == ()


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("你好\0", 2, "NUL"),
        ("a\ud800", 1, "surrogate"),
        (
            "你好мир",
            2,
            "(U+043C) at character 2 cannot be read (cyrillic small): write it in hanzi or the letters A-Z",
        ),
        ("½½鲜の味", 3, "hiragana"),
        ("カ", 0, "katakana"),
        ("ｶ", 0, "katakana"),
        ("hi 한국", 3, "hangul"),
        ("ไทย", 0, "thai"),
        ("ㄅ", 0, "bopomofo"),
        ("x\ue000", 1, "U+E000"),
        ("ə", 0, "latin"),
        ("\u0378", 0, "U+0378"),
        ("\U00033479", 0, "no reading"),
        ("字𠮷", 1, "no reading"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_position(text: str, position: int, message: str) -> None:
    with pytest.raises(TextError) as caught:
        normalize(text)
    assert caught.value.position == position
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


numbers = st.from_regex(r"[1-9]\d{0,5}([-~.:/,]\d{1,4}){0,3}", fullmatch=True)
WORDS = """
    今天 我们 年 月 日 点 分 第 名 个 元 亿 万 儿 一二 两 电话 密码 比分 气温 http:// www. @ .com v USD $ ¥ % ‰ ℃ km
    kg m² GPT- iPhone XIV 京A G CA + - – ~ = < > × . , : ( ) # & * ^ | … ² ½ Ⅲ é 😀 ① ^_^ \\ ' \" √ π
"""
words = st.sampled_from(WORDS.split())
mixed = st.lists(numbers | words | st.just(" ") | st.characters(), max_size=12).map("".join)


def refusal(text: str) -> str | None:
    """The character for which a text is refused."""
    try:
        normalize(text)
    except TextError as error:
        return None if error.position is None else text[error.position]
    return None


def check(text: str) -> str:
    """The properties of the spans of a text; what is read."""
    spans = normalize_spans(text)
    assert "".join(span.written for span in spans) == text
    assert [span.start for span in spans] == [0, *(span.end for span in spans)][: len(spans)]
    for span in spans:
        assert span.written == text[span.start : span.end]
        assert span.rule or span.read == span.written
        if not span.rule.startswith("rule"):
            assert sum(map(is_hanzi, span.read)) >= sum(map(is_hanzi, span.written)) or span.rule == "emoticon"
    read = "".join(span.read for span in spans)
    assert not re.search(r"[\d\0]|\A | \Z|  ", read)
    assert normalize(text) == read
    assert is_spoken(text) == any(is_hanzi(char) or char.isalpha() for char in read)
    return read


@given(mixed)
@example("1½")
@example("1.0,000km")
@example("℃1-0.0")
@example("第①②章")
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    """Spans tile the text, no digit is left, and every hanzi is still there, or a rule answers for it."""
    if (refused := refusal(text)) is not None:
        assert unicodedata.category(refused)[0] in "LNC"
        return
    read = check(text)
    for char in set(filter(is_hanzi, text)) - set("兀嗀"):
        if unicodedata.normalize("NFKC", char) == char and normalize(char) == char:
            assert read.count(char) >= text.count(char)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    if (refused := refusal(text)) is not None:
        assert unicodedata.category(refused)[0] in "LNC"
    else:
        check(text)


@pytest.mark.parametrize("text", ["", " \n", "。！", "😀", "……——", "===", "\u200b", "^_^", "(≧▽≦)"])
def test_some_texts_have_nothing_to_say(text: str) -> None:
    assert not is_spoken(text)


@pytest.mark.parametrize("text", ["一", "a", "7", "％", "①", "℃", "π", "½"])
def test_a_single_sign_may_be_spoken(text: str) -> None:
    assert is_spoken(text)
    assert normalize(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (101, "一百零一"), (110, "一百一十"),
        (1001, "一千零一"), (1010, "一千零一十"), (10_002, "一万零二"), (10_200, "一万零二百"),
        (12_000, "一万二千"), (100_000, "十万"), (100_000_000, "一亿"), (100_000_001, "一亿零一"),
        (1_000_200_000, "十亿零二十万"), (10**12, "一万亿"), (10**12 + 10**8, "一万零一亿"),
        (10**12 + 5, "一万亿零五"),
    ],
)  # fmt: skip
def test_cardinals(value: int, expected: str) -> None:
    assert cardinal(value) == expected


@pytest.mark.parametrize("value", [-1, 10**16])
def test_cardinals_out_of_range(value: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        cardinal(value)


def test_numbers() -> None:
    assert digit_by_digit("1024") == "一零二四"
    assert digit_by_digit("110", one="幺") == "幺幺零"
    assert [number(written) for written in ("2", "200", "22000", "1,234.50", ".5", "007", "1" * 17)] == [
        "二", "两百", "两万二千", "一千二百三十四点五零", "零点五", "零零七", "一" * 17,
    ]  # fmt: skip
    assert [ordinal(written) for written in ("2", "200", "2000", "007")] == ["二", "二百", "两千", "零零七"]
    assert [model_number(digits) for digits in ("15", "320", "800", "4090", "05")] == [
        "十五", "三二零", "八百", "四零九零", "零五",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "erhua", "fillers"),
    [
        ("这儿有只鸟儿", "这有只鸟", "这儿有只鸟儿"),
        ("我女儿喜欢这地儿", "我女儿喜欢这地", "我女儿喜欢这地儿"),
        ("呃，这个呃啊我不知道", "呃，这个呃啊我不知道", "这个我不知道"),
        ("嗯，好啊！啊，他呃逆了", "嗯，好啊！啊，他呃逆了", "好啊！他呃逆了"),
        ("花儿3朵，嗯……红的", "花三朵，嗯……红的", "花儿三朵，红的"),
    ],
)
def test_what_transcripts_leave_out(written: str, erhua: str, fillers: str) -> None:
    frontend = Frontend()
    assert frontend.normalize(written, ("erhua",)) == erhua
    assert frontend.normalize(written, ("fillers",)) == fillers
