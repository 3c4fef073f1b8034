"""From text to utterances."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import OptionError, TextError
from langsong.text.document import Passage, Replacement
from langsong.text.frontend import Conventions, Frontend
from langsong.text.reading import read_passage
from langsong.text.ssml import parse_ssml
from langsong.text.units import format_units, inventory
from langsong.types import Utterance

frontend = Frontend()


def phones(utterance: Utterance) -> str:
    return " ".join(unit.phone for unit in utterance.units)


def test_an_utterance_word_for_word() -> None:
    utterance = frontend.utterance("花儿真好，A股涨5%！", emotion="emotion_happy", speaker="F7")
    assert utterance.text == "花儿真好，A股涨5%！"
    assert utterance.normalized == "花儿真好，A股涨百分之五！"
    assert [(word.text, word.break_after, word.punctuation) for word in utterance.words] == [
        ("花儿", "#1", ""),
        ("真", "#1", ""),
        ("好", "#3", "，"),
        ("A", "#1", ""),
        ("股", "#1", ""),
        ("涨", "#1", ""),
        ("百分之五", "#4", "！"),
    ]
    assert format_units(utterance.units[:8]) == (
        "{h_c$tone1$s_begin$word_begin$emotion_happy$F7} {uar_c$tone1$s_end$word_end$emotion_happy$F7} "
        "{#1$tone_none$s_none$word_none$emotion_happy$F7} "
        "{zh_c$tone1$s_begin$word_begin$emotion_happy$F7} {en_c$tone1$s_end$word_end$emotion_happy$F7} "
        "{#1$tone_none$s_none$word_none$emotion_happy$F7} "
        "{h_c$tone3$s_begin$word_begin$emotion_happy$F7} {ao_c$tone3$s_end$word_end$emotion_happy$F7}"
    )
    assert utterance.unit_words[:9] == (0, 0, None, 1, 1, None, 2, 2, None)


@pytest.mark.parametrize(
    ("text", "pinyin"),
    [
        ("你好，世界！", "ni2 hao3 shi4 jie4"),
        ("花儿和女儿", "huar1 he2 nv3 er2"),
        ("我用iPhone上NBA", "wo3 yong4 iPhone shang4 NBA"),
        ("下雨了，绿色", "xia4 yu3 le5 lv4 se4"),
        ("你 好", "ni2 hao3"),
        ("……", ""),
    ],
)
def test_pinyin(text: str, pinyin: str) -> None:
    assert frontend.pinyin(text) == pinyin


def test_erhua_as_the_voice_was_trained() -> None:
    assert phones(frontend.utterance("花儿")) == "h_c uar_c #4"
    split = Frontend(Conventions(erhua="split")).utterance("花儿")
    assert phones(split) == "h_c ua_c ge er_c #4"
    assert [unit.word for unit in split.units] == [
        "word_begin",
        "word_middle",
        "word_middle",
        "word_end",
        "word_none",
    ]
    assert split.words == frontend.utterance("花儿").words


def test_letters_as_the_voice_was_trained() -> None:
    assert phones(frontend.utterance("B超")) == "b iy #1 ch_c ao_c #4"
    assert phones(Frontend(Conventions(english="pinyin")).utterance("B超")) == "b_c i_c #1 ch_c ao_c #4"


def test_breaks_as_the_voice_was_trained() -> None:
    assert {unit.emotion for unit in frontend.utterance("你好，好", emotion="emotion_sad").units} == {"emotion_sad"}
    neutral = Frontend(Conventions(break_emotion="none")).utterance("你好，好", emotion="emotion_sad")
    assert {(unit.is_break, unit.emotion) for unit in neutral.units} == {
        (False, "emotion_sad"),
        (True, "emotion_none"),
    }


def test_rhythm_has_no_break_within_a_prosodic_word() -> None:
    text = "我想买一本书。"
    everywhere, rhythm = (Frontend(Conventions(breaks=breaks)).utterance(text) for breaks in ("words", "rhythm"))  # type: ignore[arg-type]
    assert [u.phone for u in rhythm.units if not u.is_break] == [u.phone for u in everywhere.units if not u.is_break]
    assert sum(u.is_break for u in rhythm.units) < sum(u.is_break for u in everywhere.units) == len(everywhere.words)
    assert rhythm.units[-1].phone == "#4"


def test_a_passage_is_read_as_it_says() -> None:
    (passage,) = parse_ssml(
        '<speak>长<w>江大</w>桥，<sub alias="第2号">No.2</sub>银<phoneme ph="xing2">行</phoneme>。好</speak>'
    )
    utterances = list(frontend.utterances(passage))
    assert [utterance.text for utterance in utterances] == ["长江大桥，No.2银行。", "好"]
    assert [word.text for word in utterances[0].words][:3] == ["长", "江大", "桥"]
    assert utterances[0].normalized == "长江大桥，第二号银行。"
    assert frontend.pinyin(passage).split()[4:9] == ["di4", "er4", "hao4", "yin2", "xing2"]
    assert frontend.utterances(Passage("，")) is not None
    assert list(frontend.utterances(Passage("，"))) == []


def test_what_is_read_as_one_stays_in_one_piece() -> None:
    text = "说明。书。很长。"
    passage = Passage(text, replacements=(Replacement(1, 6, "明书", "sub"),))
    assert [utterance.text for utterance in frontend.utterances(passage)] == [text]
    assert next(frontend.utterances(Passage(text, words=((0, 2),)), max_characters=1)).text == "说明"


def test_a_given_reading_is_not_changed_by_any_rule() -> None:
    assert frontend.pinyin("很{hen3}好") == "hen3 hao3"
    assert frontend.pinyin("不{bu4}会") == "bu4 hui4"
    assert frontend.pinyin("一{yi1}个") == "yi1 ge4"
    assert frontend.pinyin("2只{zhi2}猫") == "liang3 zhi2 mao1"
    assert frontend.pinyin("2024年{nian3}") == "er4 ling2 er4 si4 nian3"
    assert frontend.pinyin("銀{yin3}行") == "yin3 hang2"
    assert frontend.pinyin("我用kg{qian1 ke4}") == "wo3 yong4 qian1 ke4"
    assert phones(frontend.utterance("iPhone{ai4 feng1}")) == "ga ai_c f_c eng_c #4"


def test_utterances_are_sentences_without_the_silent_ones() -> None:
    utterances = list(frontend.utterances("你好。\n😀！\n“再见。”A。", emotion="emotion_sad", speaker="M7"))
    assert [utterance.text for utterance in utterances] == ["你好。\n", "“再见。”", "A。"]
    assert {(unit.emotion, unit.speaker) for u in utterances for unit in u.units} == {("emotion_sad", "M7")}
    assert all(utterance.units[-1].phone == "#4" for utterance in utterances)


@pytest.mark.parametrize("text", ["", "  \n", "。！？", "😀😀"])
def test_nothing_to_read(text: str) -> None:
    for read in (frontend.utterance, frontend.utterances, frontend.bytes_utterance):
        with pytest.raises(TextError, match="nothing to read"):
            read(text)


def test_the_whole_text_is_checked_before_the_first_utterance() -> None:
    with pytest.raises(TextError, match="cyrillic") as caught:
        frontend.utterances("你好。" * 100 + "мир")
    assert caught.value.position == 300
    with pytest.raises(OptionError, match="max_characters"):
        frontend.utterances("你好", max_characters=0)


def test_a_book_streams_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    book = ("今天天气很好，我们去公园玩吧。共3.5元！" * 5000)[:100_000]
    read: list[str] = []
    monkeypatch.setattr(
        "langsong.text.frontend.read_passage", lambda passage, *rest: read.append(passage.text) or read_passage(passage)
    )
    first = list(islice(frontend.utterances(book), 3))
    assert [utterance.text for utterance in first] == read
    assert read == ["今天天气很好，我们去公园玩吧。", "共3.5元！", "今天天气很好，我们去公园玩吧。"]


def test_threads_read_alike() -> None:
    texts = [f"第{n}次，今天气温{n}.5℃，花儿开了{n}%。" for n in range(40)]
    alone = [frontend.utterance(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(frontend.utterance, texts)) == alone


@given(st.text(st.sampled_from("今天花儿女儿你好，。？“”、 a'BZ我们5%.（）—…\n"), max_size=60))
@settings(deadline=None)
def test_utterances_fit_the_inventory(text: str) -> None:
    voice = inventory("PinYin", ["F7"])
    try:
        utterances = list(frontend.utterances(text, speaker="F7", max_characters=10))
    except TextError:
        assert not any(char.isalnum() or char == "%" for char in text)
        return
    for utterance in utterances:
        assert len(utterance.unit_words) == len(utterance.units)
        assert voice.encode(utterance.units).ids.shape == (len(utterance.units), 4)
        assert [unit.is_break for unit in utterance.units] == [word is None for word in utterance.unit_words]
        spoken = list(dict.fromkeys(word for word in utterance.unit_words if word is not None))
        assert spoken == list(range(len(utterance.words)))
        assert "".join(s.text for word in utterance.words for s in word.syllables) == "".join(
            word.text for word in utterance.words
        )


def test_bytes() -> None:
    utterance = frontend.bytes_utterance("你好мир\t", emotion="emotion_sad", speaker="F7")
    assert utterance.normalized == "你好мир."
    assert bytes(int(unit.phone) for unit in utterance.units).decode() == "你好мир."
    assert format_units(utterance.units[:2]) == "{228$emotion_sad$F7} {189$emotion_sad$F7}"
    assert utterance.unit_words == (None,) * len(utterance.units)
    assert utterance.words == ()
    assert frontend.bytes_utterance("好!").normalized == "好!"
    assert frontend.bytes_utterance("好。").normalized == "好。."


@pytest.mark.parametrize(("text", "position"), [("你\0", 1), ("ab\udc00", 2)])
def test_bytes_refuse_what_is_not_text(text: str, position: int) -> None:
    with pytest.raises(TextError) as caught:
        frontend.bytes_utterance(text)
    assert caught.value.position == position


def test_importing_loads_no_library() -> None:
    code = (
        "import sys, langsong.text.frontend\n"
        "print({'wetext', 'kaldifst', 'rjieba', 'pypinyin', 'opencc'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
