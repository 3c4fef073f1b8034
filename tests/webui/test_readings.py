"""Readings of words, and marks that change them."""

from __future__ import annotations

import pytest

from langsong.errors import TextError
from langsong.text.frontend import Frontend
from langsong.webui.readings import SHOWN_CHARACTERS, WordReading, beginning, candidates, readings_of, with_reading
from langsong.webui.reasons import reason_in_words

FRONTEND = Frontend()


def word(text: str, written: str) -> WordReading:
    return next(reading for reading in readings_of(text, FRONTEND) if reading.written == written)


def test_words_tile_the_text() -> None:
    text = "银行行长说，2026年去重庆{chong2 qing4}。[停顿 500ms]好吗？"
    readings = readings_of(text, FRONTEND)
    assert "".join(text[r.start : r.end] for r in readings) == text
    assert word(text, "银行行长").pinyin == "yin2 hang2 hang2 zhang3"
    assert word(text, "重庆").pinyin == "chong2 qing4"


@pytest.mark.parametrize(
    ("text", "written", "pinyin", "expected"),
    [
        ("他长大了。", "长大", "chang2 da4", "他长大{chang2 da4}了。"),
        ("去重庆{chong2 qing4}吧。", "重庆", "zhong4 qing4", "去重庆{zhong4 qing4}吧。"),
        ("绿。", "绿", "lü4", "绿{lv4}。"),
    ],
)
def test_a_reading_is_written_into_the_text_and_is_spoken(text: str, written: str, pinyin: str, expected: str) -> None:
    changed = with_reading(text, word(text, written), pinyin)
    assert changed == expected
    assert word(changed, written).pinyin == pinyin.replace("ü", "v")


@pytest.mark.parametrize("pinyin", ["chang2", "chang2 da4 le5", "chang da", "xyz1 da4", ""])
def test_wrong_readings_are_refused(pinyin: str) -> None:
    with pytest.raises(TextError):
        with_reading("他长大了。", word("他长大了。", "长大"), pinyin)


@pytest.mark.parametrize("written", ["2026年", "，", "hello"])
def test_what_is_no_hanzi_cannot_be_changed(written: str) -> None:
    reading = word("2026年，hello。", written)
    assert not reading.changeable
    with pytest.raises(TextError):
        with_reading("2026年，hello。", reading, "ni3")


def test_long_texts_are_cut_at_sentences() -> None:
    text = "今天天气真好。" * 200
    shown = beginning(text)
    assert text.startswith(shown)
    assert shown.endswith("。")
    assert 0.9 * SHOWN_CHARACTERS < len(shown) <= SHOWN_CHARACTERS


def test_candidates_have_the_usual_readings() -> None:
    (readings,) = candidates(["行"])
    assert {"xing2", "hang2"} <= set(readings)


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        ("only reading; tone 3 before tone 3", "只有这一种读音；三声变调"),
        ("phrase dictionary; 一 before tone 4", "词典里的读音；“一”在 4 声前变调"),
        ("model 0.97", "模型判断（把握 0.97）"),
        ("something new", "something new"),
    ],
)
def test_reasons_in_chinese(reason: str, chinese: str) -> None:
    assert reason_in_words(reason, "zh") == chinese
    assert reason_in_words(reason, "en") == reason
