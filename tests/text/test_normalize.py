"""Normalisation: what is written, and how it is read."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import TextError
from langsong.text.hanzi import is_hanzi
from langsong.text.normalize import is_spoken, normalize
from langsong.text.normalize.numerals import cardinal, digit_by_digit

READINGS = {
    # wetext's grammars
    "今天是2024年3月5日，12:30。": "今天是二零二四年三月五日，十二点三十分。",
    "气温-3.5℃，增长50%。": "气温负三点五摄氏度，增长百分之五十。",
    "电话13800138000": "电话幺三八零零幺三八零零零",
    "最高38°C，转45°": "最高三十八摄氏度，转四十五度",
    "花儿和女儿，嗯，2个人": "花儿和女儿，嗯，两个人",
    '他说"好"，花了5元': '他说"好"，花了五元',
    "路径\\5": "路径\\五",
    # rules
    "第2名、第12条、第200次": "第二名、第十二条、第二百次",
    "第 2 名": "第二名",
    "第1-3页": "第一到三页",
    "增长35‰。": "增长千分之三十五。",
    "下降1.5 ‰": "下降千分之一点五",
    "身份证110101199003074518。": "身份证幺幺零幺零幺幺九九零零三零七四五幺八。",
    "11010119900307451x": "幺幺零幺零幺幺九九零零三零七四五幺X",
    "1000000000000元": "一万亿元",
    "卖了$3.5亿": "卖了三点五亿美元",
    "US$5和HK$20、€3、¥35万": "五美元和二十港元、三欧元、三十五万元",
    "$5美元": "五美元",
    "1,234,567元": "一百二十三万四千五百六十七元",
    "12，345": "十二，三百四十五",
    "10-20%和10%~20%": "百分之十到百分之二十和百分之十到百分之二十",
    "v2.0.1和10.0.2": "v二点零点一和一零点零点二",
    "1949.10.1": "一九四九年十月一日",
    # signs
    "a>0": "a大于零",
    "a≠b，c≤d": "a不等于b，c小于等于d",
    "x²+y²=z²": "x平方加y平方等于z平方",
    "C++和R&D": "C加加和R和D",
    "α粒子，5μm，Ω": "阿尔法粒子，五微米，欧米伽",
    "多少%": "多少百分号",
    "a@b.com": "a艾特b点com",
    "====": "",
    ">_<": "_",
    # characters
    "５０％，ＡＢＣ": "百分之五十，ABC",
    "①②Ⅲ½杯5㎡": "一二三二分之一杯五平方米",
    "٣": "三",
    "café Ünïcode straße": "cafe Unicode strasse",
    "cafe\u0301": "cafe",
    "你\u200b好\ufeff": "你好",
    "你\x07好\t吗": "你 好 吗",
    "上\r\n下": "上\n\n下",
    "他😀好👨\u200d👩\u200d👧": "他 好",
    "1\ufe0f\u20e3": "一",
    "⼀⾏": "一行",
    "頭髮很長，乾隆": "头发很长，乾隆",
    "乾县": "乾县",
    "〇": "〇",
    "": "",
    "  ": "",
}


@pytest.mark.parametrize("text", READINGS)
def test_readings(text: str) -> None:
    assert normalize(text) == READINGS[text]


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
        ("鲜の味", 1, "hiragana"),
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


text_with_numbers = st.text(
    st.sampled_from("今天我们年月日点分第名个元亿万百克儿一二两aBc0123456789０")
    | st.sampled_from("％。，！：“\"'\\/{}$¥%‰℃+-–~=<>×.,:()#@&*^|… \n😀①½²é"),
    max_size=30,
)


@given(text_with_numbers)
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    """Every hanzi is still there, every digit is read, and what is spoken says so beforehand."""
    read = normalize(text)
    assert not re.search(r"\d", read)
    for char in set(filter(is_hanzi, text)):
        assert read.count(char) >= text.count(char)
    assert is_spoken(text) == bool(re.search(r"[^\W_]", read))


def refused(text: str) -> str | None:
    """The character for which a text is refused."""
    try:
        normalize(text)
    except TextError as error:
        return None if error.position is None else text[error.position]
    return None


@given(st.text(max_size=30))
@settings(deadline=None)
def test_only_letters_numbers_and_what_is_no_text_are_refused(text: str) -> None:
    char = refused(text)
    assert char is None or unicodedata.category(char)[0] in "LNC"


@pytest.mark.parametrize("text", ["", " \n", "。！", "😀", "……——", "===", "\u200b"])
def test_some_texts_have_nothing_to_say(text: str) -> None:
    assert not is_spoken(text)


@pytest.mark.parametrize("text", ["一", "a", "7", "％", "①", "℃", "π"])
def test_a_single_sign_may_be_spoken(text: str) -> None:
    assert is_spoken(text)
    assert normalize(text)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (101, "一百零一"), (110, "一百一十"),
        (1001, "一千零一"), (1010, "一千零一十"), (10_002, "一万零二"), (10_200, "一万零二百"),
        (12_000, "一万二千"), (100_000, "十万"), (100_000_000, "一亿"), (100_000_001, "一亿零一"),
        (1_000_200_000, "十亿零二十万"), (10**12, "一万亿"), (10**12 + 10**8, "一万零一亿"),
        (10**12 + 5, "一万亿零五"),
    ],
)  # fmt: skip
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize("number", [-1, 10**16])
def test_cardinals_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        cardinal(number)


def test_digit_by_digit() -> None:
    assert digit_by_digit("1024") == "一零二四"
    assert digit_by_digit("110", one="幺") == "幺幺零"
