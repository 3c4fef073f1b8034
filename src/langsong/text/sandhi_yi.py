"""The tones of 一: first as a digit, in ordinals and at the end, second before a fourth tone, else fourth.

一 is first in numbers read digit by digit, as their last digit (十一, 一百零一) and after 第; before 百 and 千 it is
fourth and before 万 and 亿 second, as before nouns and measures. 一 between doubled verbs is neutral.
"""

from __future__ import annotations

import re

from langsong.text.names import is_name
from langsong.text.neutral_doubled import is_doubling_verb
from langsong.text.once import once
from langsong.text.parts_of_speech import is_known_word, part_of_speech
from langsong.text.stretch import NEUTRAL, Stretch
from langsong.text.word_lists import read_words

_DIGITS = frozenset("零〇一二三四五六七八九幺")
_NUMERALS = _DIGITS | frozenset("两十百千万亿")
_OTHER_WORDS = ("一把手枪", "一把手术", "一二把")
"""These begin like phrases in which 一 is a digit."""
_ORDINAL = re.compile(
    "一(?:月(?!之内|以来|有余|不见)|号|楼|年级|季度|等[奖功品舱座兵公]|级|流|审|中全会"
    "|期(?:工程|项目|建设|楼盘|临床|试验)|本(?:大学|线|院校|志愿|批次?)|班(?:的?同学|的?学生|班主任|教室)"
    "|战(?:后|前|中|时|期|结束|爆发|和|与|以来|老兵)|单元|环路|哥(?!们|俩)|姐(?!妹)"
    "|线(?!希望|生机|曙光|阳光|光|天|亮|牵|之|月|海天))"
)
"""What is counted in a row by itself: January, number one, the first floor, first prize, the front line."""
_STEPS = frozenset("上下高低每这那哪另某有同前后差升降隔进更")
"""After these 一级 and the like are a step, not a rank."""
_OTHER_THAN_NUMBER = re.compile(
    "一(?:起|直|定|样|共|般|些|切|边|向|再|致|旦|同|齐|并|概|律|会儿|早(?![上晨餐饭报市])|大早|贯|味|心|刻|到(?![零一二三四五六七八九十])|过)"
)
"""Words with 一 that may follow a number without being part of it: 周三一起, 十点一刻."""
_CLOCK = re.compile("(?:[早晚]上?|[上下中]午|凌晨|夜里?|傍晚)$")
_DECIMALS = re.compile("[零〇一二三四五六七八九幺]+(?![十分刻])")
_WHOLE = frozenset("统惟唯单专均逐划归第周期拜初之其万")
"""一 after these is a digit or means unity, also when another 一 follows (唯一一个)."""
_GRADE = re.compile("[学新上下年的班时老军男女生暑寒开入]")
_COUNTED_PER_WEEK = frozenset("次回趟个更节篇封场课测")


@once
def _digit_phrases() -> tuple[str, ...]:
    return read_words("yi_digit.txt")


def apply(stretch: Stretch) -> None:
    digits = _in_phrases(stretch.text)
    for match in re.finditer("一", stretch.text):
        position = match.start()
        if stretch.base(position) == "yi":
            tone, reason = ("1", "一 as a digit") if position in digits else _tone(stretch, position)
            stretch.change(position, tone, reason)


def _in_phrases(text: str) -> set[int]:
    """Where 一 stands in phrases in which it is a digit."""
    return {
        found.start() + offset
        for phrase in _digit_phrases()
        if phrase in text
        for found in re.finditer(phrase, text)
        if not text.startswith(_OTHER_WORDS, found.start())
        for offset, char in enumerate(phrase)
        if char == "一"
    }


def _tone(stretch: Stretch, position: int) -> tuple[str, str]:
    after = stretch.after(position)
    if _is_between_verbs(stretch, position):
        return NEUTRAL, "一 in V一V"
    if not after or after == "的" or (after == "儿" and stretch.suffixes[position + 1]):
        return "1", "一 at the end"
    if after in ("百", "千"):
        return "4", f"一 before {after}"
    if _is_in_number(stretch, position):
        return "1", "一 in a number"
    if _is_ordinal(stretch, position):
        return "1", "一 as an ordinal"
    if _is_whole(stretch, position):
        return "1", "一 as a unit"
    tone = stretch.tone(position + 1) if after == "不" else stretch.lexical_tone(position + 1)
    return ("2", "一 before tone 4") if tone == "4" else ("4", f"一 before tone {tone}")


def _is_between_verbs(stretch: Stretch, position: int) -> bool:
    """看一看, but not 一个一个."""
    verb = stretch.before(position)
    if not verb or verb != stretch.after(position) or verb in _NUMERALS or stretch.before(position - 1) == "一":
        return False
    return is_doubling_verb(verb) or part_of_speech(verb).startswith("v")


def _is_in_number(stretch: Stretch, position: int) -> bool:
    """A digit among digits, after a decimal point, after 十, 百 and 零, or in a score or a sum."""
    before, earlier = stretch.before(position), stretch.before(position - 1)
    after, later = stretch.after(position), stretch.after(position + 1)
    if after in _DIGITS or after == "十":
        return True
    if after == "点":  # 一点五 is a decimal, 一点五十 and 下午一点五分 a time of day
        decimal = _DECIMALS.match(stretch.after(position + 1, 20)) is not None
        return before in _NUMERALS or (decimal and _CLOCK.search(stretch.before(position, 3)) is None)
    if after in ("万", "亿"):
        return before in ("十", "零")
    if after in "到至比加减乘除" and (later in _NUMERALS or later == "以"):
        return True
    if before == "负" or (before in tuple("比加减以于") and (earlier in _NUMERALS or after in "等加减乘除")):
        return True
    if _OTHER_THAN_NUMBER.match(stretch.text, position):
        return False
    if before == "点":
        return earlier in _NUMERALS
    if before not in _NUMERALS or before == "两" or (before == "一" and earlier in _WHOLE):
        return False
    return earlier not in tuple("周期拜初老小阿") or after in ("班", "日", "号")


def _is_ordinal(stretch: Stretch, position: int) -> bool:
    before, after = stretch.before(position), stretch.after(position)
    if before == "第" or (before == "月" and after in ("日", "号")):
        return True
    if (after == "班" and before in ("年", "级")) or (after == "中" and before in tuple("市县区省")):
        return True
    if after == "世":  # 伊丽莎白一世, but 一生一世
        return part_of_speech(stretch.word(stretch.owners[position] - 1)) in ("nr", "nrt")
    return before not in _STEPS and _ORDINAL.match(stretch.text, position) is not None


def _is_whole(stretch: Stretch, position: int) -> bool:
    """一 that ends a word and means one as such (统一, 之一, 星期一, 大一), or is in a name (张一鸣)."""
    word, after = stretch.word_at(position), stretch.after(position)
    before, earlier = stretch.before(position), stretch.before(position - 1)
    if len(word) > 2 and "一" in word[1:] and is_name(word) and not is_known_word(word):
        return True
    if before in ("周", "期", "拜"):
        weekly = after in _COUNTED_PER_WEEK and earlier in _NUMERALS | {"每"}
        return (before == "周" or earlier in ("星", "礼")) and not weekly
    if before in ("高", "大", "研"):
        return _GRADE.match(after) is not None and word[:2] != f"一{after}"
    if before == "同":
        return after in ("性", "律")
    if _OTHER_THAN_NUMBER.match(stretch.text, position) and before not in tuple("统唯惟单专"):
        return False
    if before == "之":
        return earlier not in tuple("总反随言")
    if before == "其":
        return after not in ("生", "贯", "行")
    if before == "如":
        return after != "日" and earlier in ("终", "始", "里")
    if before in _WHOLE:
        return True
    return stretch.ends_word(position) and len(word) > 2 and word[0] != "一" and is_known_word(word)
