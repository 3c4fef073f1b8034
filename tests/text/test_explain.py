"""What read each stretch of a text, and why; and that nothing gets lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from langsong.cli.app import app
from langsong.errors import TextError
from langsong.text.document import Passage, Replacement
from langsong.text.explain import Explanation
from langsong.text.frontend import Frontend
from langsong.text.hanzi import is_hanzi
from langsong.text.lexicon import UserLexicon
from langsong.text.units import inventory

frontend = Frontend()
voice = inventory("PinYin", [""])


def shown(row: Explanation) -> str:
    pinyin = " ".join(syllable.pinyin for word in row.words for syllable in word.syllables)
    return "|".join([row.written, row.read, pinyin])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("花儿，好", ["花儿|花儿|huar1", "，|，|", "好|好|hao3"]),
        ("占5%了", ["占|占|zhan4", "5%|百分之五|bai3 fen1 zhi1 wu3", "了|了|le5"]),
        ("第2名", ["第2名|第二名|di4 er4 ming2"]),
        ("用GPT！", ["用|用|yong4", "GPT|GPT|GPT", "！|！|"]),
        ("银行{hang2}好", ["银行{hang2}|银行|yin2 hang2", "好|好|hao3"]),
        ("长{zhang3}大{da4}", ["长{zhang3}大{da4}|长大|zhang3 da4"]),
        ("[停顿]你[停顿 1s]们", ["[停顿]||", "你|你|ni3", "[停顿 1s]||", "们|们|men5"]),
        ("", []),
    ],
)
def test_rows(text: str, rows: list[str]) -> None:
    found = frontend.explain(text)
    assert [shown(row) for row in found] == rows
    assert [text[row.start : row.end] for row in found] == [row.written for row in found]


def test_every_syllable_has_a_reason_and_every_change_a_rule() -> None:
    rows = frontend.explain("2024年3月5日，银行{hang2}的GPT-4很贵，一共$3.5，花儿不会再开。a book")
    assert all(syllable.reason for row in rows for word in row.words for syllable in word.syllables)
    assert all(row.rule for row in rows if row.read not in (row.written, re.sub("{.*?}", "", row.written)))


def test_a_replacement_is_one_row() -> None:
    passage = Passage("用W3C标准", replacements=(Replacement(1, 4, "万维网", "sub"),))
    rows = frontend.explain(passage)
    assert [shown(row) for row in rows] == ["用|用|yong4", "W3C|万维网|wan4 wei2 wang3", "标准|标准|biao1 zhun3"]
    assert rows[1].rule == "sub"


def test_the_lexicon_wins_over_the_dictionary_and_given_readings_over_it() -> None:
    own = Frontend(lexicon=UserLexicon({"行长": ("xing2", "zhang3"), "SQL": ("si1", "kou1")}))
    assert own.pinyin("用SQL") == "yong4 si1 kou1"
    assert own.utterance("SQL").units == frontend.utterance("SQL{si1 kou1}").units
    assert own.pinyin("行长来了") == "xing2 zhang3 lai2 le5"
    assert own.pinyin("行长{hang2 chang2}来了") == "hang2 chang2 lai2 le5"
    reasons = [s.reason for row in own.explain("行长来") for word in row.words for s in word.syllables]
    assert [reason.startswith("user lexicon") for reason in reasons] == [True, True, False]


typed = st.lists(
    st.sampled_from(
        "今天花儿女儿不一了行长銀體两个第名年月日分百aBGPT0123456789０％。，！“”'\\/{}[]$¥%℃+-~.:;()#@ \n😀½²éα"
    )
    | st.sampled_from(
        ["银行{hang2}", "iPhone{ai4 feng1}", "[停顿 500ms]", "2024年", "3.5%", "一不", "https://a.cn/b?c=1 "]
    ),
    max_size=40,
).map("".join)
any_text = st.text(max_size=120) | st.text(st.characters(categories=["Lo", "Nd", "No", "So", "Po"]), max_size=60)


@settings(max_examples=150, deadline=None)
@given(typed | any_text)
def test_nothing_of_the_text_disappears(text: str) -> None:
    try:
        rows = frontend.explain(text)
        utterances = list(frontend.utterances(text))
    except TextError as error:
        described(error, text)
        return
    assert "".join(row.written for row in rows) == text
    for row in rows:
        spoken = re.sub(r"\{[^{}]*\}", "", row.written)
        if row.rule != "pause" and any(is_hanzi(char) or char.isdecimal() for char in spoken):
            assert row.words, row
    for utterance in utterances:
        assert "".join(span.written for span in utterance.spans) == utterance.text
        said = "".join(s.text for word in utterance.words for s in word.syllables)
        assert re.sub(r"[^\w]|_", "", said) == re.sub(r"[^\w]|_", "", utterance.normalized)
        voice.encode(utterance.units)


def described(error: TextError, text: str) -> None:
    """An error says where it is, or that there is nothing at all to say."""
    assert "\n" not in str(error)
    if "nothing to read" not in str(error):
        assert error.position is not None
        assert 0 <= error.position < len(text)


@settings(max_examples=3, deadline=None)
@given(typed.filter(bool), st.integers(4000, 5000))
def test_long_texts(text: str, characters: int) -> None:
    try:
        rows = frontend.explain((text * characters)[:characters])
    except TextError:
        return
    assert rows[-1].end == characters


def command(*arguments: str, stdin: str) -> list[str]:
    done = CliRunner().invoke(app, ["text", *arguments], input=stdin.encode(), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.splitlines()


def test_the_command_explains_in_a_table_and_in_json() -> None:
    table = command("--explain", stdin="占5%\n用GPT\n")
    assert [line.split() for line in table] == [
        ["written", "read", "as", "pinyin", "break", "why"],
        ["占", "zhan4", "#1", *table[1].split()[3:]],
        ["5%", "百分之五", "bai3", "fen1", "zhi1", "wu3", "#4", *table[2].split()[7:]],
        [],
        ["written", "read", "as", "pinyin", "break", "why"],
        ["用", "yong4", "#1", *table[5].split()[3:]],
        ["GPT", "G", "P", "T", "#4", "capitals"],
        [],
    ]
    rows = [json.loads(line) for line in command("--explain", "--json", stdin="占5%\n用GPT\n")]
    assert [(row["line"], row["text"], row["read"]) for row in rows] == [
        (1, "占", "占"),
        (1, "5%", "百分之五"),
        (2, "用", "用"),
        (2, "GPT", "GPT"),
    ]
    assert rows[3]["words"][0]["syllables"][0] == {
        "text": "GPT", "pinyin": "GPT", "sounds": "G P T", "reason": "capitals"
    }  # fmt: skip


def test_the_command_reads_ssml_and_a_lexicon(tmp_path_factory: pytest.TempPathFactory) -> None:
    document = '<speak>世界<break time="500ms"/>\n<prosody rate="2">共3个</prosody></speak>'
    assert command("--ssml", stdin=document) == ["shi4 jie4", "gong4 san1 ge4"]
    assert [json.loads(line) for line in command("--ssml", "--json", "--stage", "normalize", stdin=document)] == [
        {"text": "世界", "normalize": "世界", "style": {}, "pause_s": 0.5},
        {"text": "共3个", "normalize": "共三个", "style": {"speed": 2.0}, "pause_s": 0.0},
    ]
    lexicon = tmp_path_factory.mktemp("own") / "own.tsv"
    lexicon.write_text("重庆\tzhong4 qing4\n", encoding="utf-8")
    assert command("--lexicon", str(lexicon), stdin="去重庆\n") == ["qu4 zhong4 qing4"]


def test_the_command_prints_a_line_for_a_line() -> None:
    assert command(stdin="银行{hang2}\n\n……\n[停顿 1s]好\n") == ["yin2 hang2", "", "", "hao3"]
    with pytest.raises(TextError, match=r"line 2: \{hang9\} at character 1"):
        command(stdin="好\n行{hang9}\n")
