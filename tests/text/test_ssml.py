"""SSML: Alibaba's dialect and the W3C's core."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import TextError
from langsong.text.document import FixedReading, Passage, Replacement, Style
from langsong.text.ssml import MAX_BYTES, MAX_DEPTH, is_ssml, parse_ssml
from langsong.types import Emphasis

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def speak(inside: str) -> tuple[Passage, ...]:
    return parse_ssml(f"<speak>{inside}</speak>")


@pytest.mark.parametrize(("attribute", "value", "effect"), rows("ssml_values.tsv"))
def test_values(attribute: str, value: str, effect: str) -> None:
    if attribute in ("time", "strength"):
        assert speak(f'好<break {attribute}="{value}"/>')[0].pause_s == pytest.approx(float(effect))
        return
    (passage,) = speak(f'<prosody {attribute}="{value}">好</prosody>')
    style = passage.style
    found = {
        "rate": style.speed,
        "pitch": style.pitch,
        "range": style.pitch_range,
        "energy": style.energy,
        "volume": style.volume,
    }
    wanted = {"rate": 1.0, "pitch": 0.0, "range": 1.0, "energy": 0.0, "volume": 0.0, attribute: float(effect)}
    assert found == pytest.approx(wanted, abs=0.005)


@pytest.mark.parametrize(("document", "line", "column", "message"), rows("ssml_errors.tsv"))
def test_errors_say_where_and_what(document: str, line: str, column: str, message: str) -> None:
    source = document.replace("\\n", "\n")
    with pytest.raises(TextError) as caught:
        parse_ssml(source)
    said = str(caught.value)
    assert said.startswith(f"line {line}, column {column}: ")
    assert message in said
    assert "\n" not in said
    lines = source.split("\n")
    assert caught.value.position == sum(len(before) + 1 for before in lines[: int(line) - 1]) + int(column) - 1


def test_a_document_in_alibabas_dialect() -> None:
    passages = parse_ssml(
        '<speak voice="zhitian_emo" rate="-500" volume="100">请<phoneme alphabet="py" ph="zai4 hu1">在乎</phoneme>'
        '<emotion category="Happy" intensity="0.5">广州<w>市长</w><break time="50ms"/></emotion><break/>'
        '<sub alias="语音合成">TTS</sub></speak>'
    )
    spoken = Style("zhitian_emo", speed=0.5, volume=20 * math.log10(2))
    assert passages == (
        Passage(
            "请在乎", (FixedReading(1, 2, ("zai4",), "phoneme"), FixedReading(2, 3, ("hu1",), "phoneme")), style=spoken
        ),
        Passage(
            "广州市长",
            words=((2, 4),),
            pause_s=1.05,
            style=Style("zhitian_emo", "happy", 0.5, speed=0.5, volume=spoken.volume),
        ),
        Passage("TTS", replacements=(Replacement(0, 3, "语音合成", "sub"),), closed=True, style=spoken),
    )


def test_a_document_in_the_dialect_of_the_w3c_and_azure() -> None:
    passages = parse_ssml(
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"\n'
        '  xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="zh-CN">\n  <voice name="F7">\n'
        "    <p><s>今天\n      天气好。</s> <s>A\n B</s></p>\n"
        '    <mstts:express-as style="sad" styledegree="2"> <prosody pitch="2st">好吧</prosody>。</mstts:express-as>\n'
        "  </voice>\n</speak>\n"
    )
    assert [(passage.text, passage.style) for passage in passages] == [
        ("今天天气好。", Style("F7")),
        ("A B", Style("F7")),
        ("好吧", Style("F7", "sad", 2.0, pitch=2.0)),
        ("。", Style("F7", "sad", 2.0)),
    ]


def test_several_documents_and_plain_text() -> None:
    passages = parse_ssml('一<speak rate="2">二</speak> 三 <speak>四&lt;&#20116;<![CDATA[<b>]]></speak>')
    assert [(passage.text, passage.style.speed) for passage in passages] == [
        ("一", 1.0),
        ("二", 2.0),
        ("三", 1.0),
        ("四<五<b>", 1.0),
    ]


def test_inner_settings_add_to_outer_ones() -> None:
    passages = speak(
        '<prosody rate="1.5" pitch="2st" volume="-6dB">甲<prosody rate="2" pitch="1st" volume="+3dB">乙</prosody>丙'
        '</prosody><emotion category="sad" intensity="1.5">丁<emotion category="angry">戊</emotion></emotion>'
    )
    outer = Style(speed=1.5, pitch=2.0, volume=-6.0)
    assert [passage.style for passage in passages] == [
        outer,
        Style(speed=3.0, pitch=3.0, volume=-3.0),
        outer,
        Style(emotion="sad", intensity=1.5),
        Style(emotion="angry"),
    ]


def test_pauses_add_up_to_ten_seconds() -> None:
    assert [(p.text, p.pause_s) for p in speak('<break/>好<break time="6s"/> <break time="6s"/>吗')] == [
        ("", 1.0),
        ("好", 10.0),
        ("吗", 0.0),
    ]


def test_say_as_is_read_by_the_rules_of_its_kind() -> None:
    (passage,) = speak('共<say-as interpret-as="digits">123</say-as>个')
    assert passage == Passage("共123个", replacements=(Replacement(1, 4, "一二三", "say-as digits"),), closed=True)


def test_phonemes_of_characters_without_dictionary_readings() -> None:
    (passage,) = speak('<phoneme ph="ji2">𠮷</phoneme>野家')
    assert passage.fixed == (FixedReading(0, 1, ("ji2",), "phoneme"),)


def test_limits() -> None:
    deep = "<p>" * (MAX_DEPTH - 1) + "好" + "</p>" * (MAX_DEPTH - 1)
    assert speak(deep)[0].text == "好"
    with pytest.raises(TextError, match=f"nested deeper than {MAX_DEPTH}"):
        speak(f"<p>{deep}</p>")
    with pytest.raises(TextError, match="split it"):
        parse_ssml(f"<speak>{'好' * (MAX_BYTES // 3)}</speak>")


def test_entities_do_not_multiply() -> None:
    bomb = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><speak>&b;</speak>'
    for document in (bomb, f"好{bomb}", f"<speak>{bomb}</speak>", f'<?xml version="1.0"?>\n{bomb}'):
        with pytest.raises(TextError, match="document types and entities are not allowed"):
            parse_ssml(document)


@pytest.mark.slow
def test_time_grows_with_the_length_only() -> None:
    def seconds(count: int) -> float:
        document = (
            "<speak>" + '你好，<break time="1ms"/><prosody rate="1.1">世&amp;界</prosody>。\n' * count + "</speak>"
        )
        start = time.perf_counter()
        assert len(parse_ssml(document)) == 2 * count + 1
        return time.perf_counter() - start

    seconds(10)
    # Quadratic time would need 400 times as long.
    assert seconds(4000) < 100 * max(seconds(200), 1e-3)


tags = st.sampled_from([
    "<speak>", "</speak>", "<p>", "</p>", "<w>", "</w>", '<break time="1s"/>', "<break/>", '<sub alias="好">',
    "</sub>",
    '<phoneme ph="hao3">', "</phoneme>", '<prosody rate="2">', "</prosody>", "&lt;", "&", "<", "好", " ", "1", "\n",
    '<say-as interpret-as="digits">', "</say-as>", "<!DOCTYPE a>", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>",
    "<_>", "</_>",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(tags | st.characters(), max_size=25).map("".join) | st.text(max_size=40))
def test_any_text_is_passages_or_an_error_with_its_place(inside: str) -> None:
    for source in (inside, f"<speak>好{inside}</speak>"):
        passages, error = tried(source)
        if error is not None:
            assert "\n" not in str(error)
            assert error.position is not None
            assert 0 <= error.position <= len(source)
        assert all(0 <= fixed.start < fixed.end <= len(p.text) for p in passages for fixed in p.fixed)
        assert all(0 <= start < end <= len(p.text) for p in passages for start, end in p.words)


def tried(source: str) -> tuple[tuple[Passage, ...], TextError | None]:
    try:
        return parse_ssml(source), None
    except TextError as error:
        return (), error


def test_sentences_and_paragraphs_close_what_is_in_them() -> None:
    passages = speak('<s>一<emotion category="happy">二</emotion></s>三<p>四</p>五<break/>六')
    assert [(passage.text, passage.closed) for passage in passages] == [
        ("一", False),
        ("二", True),
        ("三", True),
        ("四", True),
        ("五", False),
        ("六", True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<speak>好</speak>", True),
        ("\ufeff \n<?xml version='1.0'?>\n<speak voice='a'>好</speak>", True),
        ("<ssml:speak>好</ssml:speak>", True),
        ("<speaker>好", False),
        ("你好<speak>好</speak>", False),
        ("<p>好</p>", False),
        ("", False),
    ],
)
def test_what_begins_as_ssml_is_ssml(text: str, expected: bool) -> None:
    assert is_ssml(text) is expected


def test_emphasis_is_kept_within_a_passage() -> None:
    (passage,) = speak('我<emphasis level="strong">真的<emphasis level="none">很</emphasis>想</emphasis>你。')
    assert passage.text == "我真的很想你。"
    assert passage.emphases == (Emphasis(1, 3, "strong"), Emphasis(4, 5, "strong"))
    assert passage.slice(2, 7).emphases == (Emphasis(0, 1, "strong"), Emphasis(2, 3, "strong"))


def test_an_emotion_may_be_described() -> None:
    (passage,) = speak('<emotion description="压低声音" intensity="0.5">好</emotion>')
    assert passage.style == Style(emotion_text="压低声音", intensity=0.5)
