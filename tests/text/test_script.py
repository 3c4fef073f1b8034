"""Scripts: who speaks, and how, line by line."""

from __future__ import annotations

import pytest

from langsong.engine.emotion_names import is_emotion
from langsong.errors import TextError
from langsong.text.document import Passage, Style
from langsong.text.script import parse_script, role_style

ROLES = "@旁白 speaker=qinglan\n@小明 speaker=yunfan emotion=高兴 intensity=0.8\n"
NARRATOR, MING = Style("qinglan"), Style("yunfan", "高兴", 0.8)


def parse(text: str, **roles: Style) -> list[tuple[str, Style]]:
    return [(passage.text, passage.style) for passage in parse_script(text, is_emotion, roles)]


@pytest.mark.parametrize(
    ("line", "said", "style"),
    [
        ("旁白: 天黑了。", "天黑了。", NARRATOR),
        ("旁白：天黑了。", "天黑了。", NARRATOR),
        ("小明: 我回来了！", "我回来了！", MING),
        ("小明[害怕]: 在哪儿？", "在哪儿？", Style("yunfan", "害怕")),
        ("小明【happy:0.6+sad:0.4】：在哪儿？", "在哪儿？", Style("yunfan", "happy:0.6+sad:0.4")),
        ("小明: [sad] 在哪儿？", "在哪儿？", Style("yunfan", "sad")),
        ("[高兴] 天亮了。", "天亮了。", Style(emotion="高兴")),
        ("【Angry】天亮了。", "天亮了。", Style(emotion="Angry")),
        ("他说：你好。", "他说：你好。", Style()),
        ("[1] 参考文献。", "[1] 参考文献。", Style()),
        ("[备注] 不是情感。", "[备注] 不是情感。", Style()),
        ("小明[备注]: 好。", "小明[备注]: 好。", Style()),
        ("时间是 12:30。", "时间是 12:30。", Style()),
    ],
)
def test_lines(line: str, said: str, style: Style) -> None:
    assert parse(ROLES + line) == [(said, style)]


def test_a_line_is_a_paragraph_and_may_have_marks() -> None:
    passages = parse_script("[难过] 银行{hang2}[停顿 0.5s]远吗\n\n  不远  \n", is_emotion)
    assert [passage.text for passage in passages] == ["银行", "远吗", "不远"]
    assert [passage.closed for passage in passages] == [False, True, True]
    assert passages[0].pause_s == 0.5
    assert passages[0].fixed[0].pinyin == ("hang2",)
    assert [passage.style.emotion for passage in passages] == ["难过", "难过", None]


def test_roles_come_from_a_table_too() -> None:
    table = {"甲": role_style({"speaker": "songbai", "speed": "1.2", "pitch": "-2st", "emotion_text": "压低声音"})}
    assert parse("甲: 好。\n@甲 speaker=lingxi\n甲: 好。", **table) == [
        ("好。", Style("songbai", speed=1.2, pitch=-2.0, emotion_text="压低声音")),
        ("好。", Style("lingxi")),
    ]
    quoted = '@乙 emotion_text="有点 害怕" energy=-3dB pitch_range=low\n乙:好'
    assert parse(quoted) == [("好", Style(energy=-3.0, pitch_range=0.7, emotion_text="有点 害怕"))]


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("好。\n@甲 colour=red", "line 2: a role has no 'colour'; it has speaker, emotion", 3),
        ("@甲 speed=fastest", "line 1: speed=fastest: write a factor", 0),
        ("@甲 song bai", "line 1: 'song bai' is no setting: write speaker=", 0),
        ("好。\n再[停顿 99s]", "line 2: [停顿 99s] at character 1", 4),
        ("@甲 speaker=a\n甲:", "nothing to read", 0),
        ("", "nothing to read", 0),
    ],
)
def test_mistakes(text: str, message: str, position: int) -> None:
    with pytest.raises(TextError) as raised:
        parse_script(text, is_emotion)
    assert message in str(raised.value)
    assert raised.value.position == position


def test_no_text_is_lost() -> None:
    text = "第一行\n无名: 第二行\n@没有设置\n[?] 第四行"
    assert "".join(said for said, _ in parse(text)) == text.replace("\n", "")


def test_passages_are_the_frontends() -> None:
    assert parse_script("好。", is_emotion) == (Passage("好。", closed=True),)
