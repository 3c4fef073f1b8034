"""Suffixes, particles and marks of aspect that are neutral: 桌子, 好吧, 去过."""

from __future__ import annotations

import re

from langsong.text.names import is_name
from langsong.text.neutral_words import full_suffix
from langsong.text.parts_of_speech import part_of_speech
from langsong.text.stretch import NEUTRAL, Stretch

_READ_SO = {"的": "de", "地": "de", "着": "zhe", "了": "le", "么": "me", "们": "men"}
"""Characters that are always neutral when they are read so."""
_PARTICLES = {
    "吗": "ma", "嘛": "ma", "呢": "ne", "吧": "ba", "啊": "a", "呀": "ya", "啦": "la", "哇": "wa", "呗": "bei",
    "喽": "lou", "啰": "luo", "咯": "lo", "嘞": "lei", "哟": "yo", "哩": "li",
}  # fmt: skip
"""Particles of mood: 好吧."""
_NO_PARTICLE = frozenset(
    [
        "干吗", "酒吧", "网吧", "水吧", "书吧", "餐吧", "咖吧", "迪吧", "氧吧", "茶吧", "陶吧", "贴吧", "毛呢",
        "花呢", "啦啦", "哇哇", "呀呀",
    ]
)  # fmt: skip
_EXPERIENCES = frozenset(
    "去来看见听说讲吃喝做作学用想写读买卖玩住到爱恨打问谈教试有当坐开骑穿养种得遇碰找收拿借演唱画拍干搞办修改查死哭笑病醉输赢丢忘"
    "骗救帮错结离生受犯尝带送给叫喊拜求念背签骂伤动摸抱聊管治挨登上下进出回起挂"
)
"""Verbs of one syllable whose 过 says that it happened before."""
_WAYS = re.compile(
    "(?:[经通超不难路度渡越穿跨飞掠错放躲翻绕胜赛跳走跑驶流划闪擦滑熬挨好功悔改补记横转回递接瞒过高大强多拿]"
    "|只不|信得|说得|再好不)过$"
)  # fmt: skip
"""Here 过 means to pass, or to be more."""
_AFTER_PASSING = frozenset("来去头程度后关年于河江桥节冬夜")
"""What is passed, or where to: 过河, 过来."""


def apply_suffixes(stretch: Stretch) -> None:
    for position, char in enumerate(stretch.text):
        if position + 1 < len(stretch) and stretch.suffixes[position + 1]:
            _before_er(stretch, position)
        elif stretch.tone(position) == NEUTRAL:
            continue
        elif _READ_SO.get(char) == stretch.base(position):
            stretch.change(position, NEUTRAL, f"{char} as a suffix or particle")
        elif char == "子" and _is_zi(stretch, position):
            stretch.change(position, NEUTRAL, "suffix 子")
        elif char == "头" and stretch.before(position) == "里" and stretch.ends_word(position):
            stretch.change(position, NEUTRAL, "suffix 头")
        elif char in _PARTICLES and _is_particle(stretch, position):
            stretch.change(position, NEUTRAL, f"particle {char}")
        elif char == "过" and _is_experience(stretch, position):
            stretch.change(position, NEUTRAL, "过 of experience")
        elif char == "个" and stretch.before(position) in ("这", "那", "哪"):
            stretch.change(position, NEUTRAL, "个 after 这, 那, 哪")


def _before_er(stretch: Stretch, position: int) -> None:
    """Before the suffix 儿 子 is a seed (瓜子儿), and 老头 full."""
    char = stretch.text[position]
    full = char == "子" or (char == "头" and stretch.before(position) == "老")
    if full and stretch.tone(position) == NEUTRAL:
        stretch.change(position, stretch.lexical_tone(position), f"{char} before 儿")


def _is_zi(stretch: Stretch, position: int) -> bool:
    """Whether 子 is a suffix at the end of a word (桌子), not a child, seed or particle (王子, 原子)."""
    word, start = stretch.word_at(position), stretch.starts[stretch.owners[position]]
    ends = stretch.ends_word(position) or (stretch.text[position + 1] in "们里上" and stretch.ends_word(position + 1))
    if word == "子" and start:  # 玻璃杯 + 子
        start = stretch.starts[stretch.owners[position] - 1]
        word = stretch.text[start : position + 1]
    if not ends or position == start or full_suffix(stretch.text[start : position + 1]):
        return False
    return part_of_speech(word) not in ("nr", "nrt") and not (len(word) > 2 and is_name(word))


def _is_particle(stretch: Stretch, position: int) -> bool:
    """Whether a particle follows something and ends a word, or is one."""
    if position == 0 or stretch.base(position) != _PARTICLES[stretch.text[position]]:
        return False
    return stretch.ends_word(position) and stretch.word_at(position)[-2:] not in _NO_PARTICLE


def _is_experience(stretch: Stretch, position: int) -> bool:
    """Whether 过 follows the verb of an experience (去过, 吃过饭), not of a way (走过, 经过)."""
    word = stretch.word_at(position)
    if stretch.after(position) in _AFTER_PASSING or _WAYS.search(f"{stretch.before(position, 3)}过"):
        return False
    if not stretch.begins_word(position):
        verb = word[: word.index("过")]
    elif word == "过":
        verb = stretch.word(stretch.owners[position] - 1)
    else:
        return False
    return verb[-1:] in _EXPERIENCES or (len(verb) == 2 and part_of_speech(verb).startswith("v"))
