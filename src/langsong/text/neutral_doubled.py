"""Doubled words with a neutral second syllable: kin terms and nouns (妈妈, 星星), verbs (看看, 聊聊天)."""

from __future__ import annotations

from langsong.text.once import once
from langsong.text.stretch import NEUTRAL, Stretch
from langsong.text.word_lists import read_words

_NOUNS = frozenset("爸妈哥姐弟妹爷奶姥叔舅婶伯姑姨嫂公婆太宝娃星猩饽蛐蝈谢乖崽囡窝泡粑蛛贝丫兜囔嚷吵馍兔")
"""Doubled, these are kin terms, nouns or words of their own whose second syllable is neutral."""


@once
def _verbs() -> frozenset[str]:
    return frozenset(read_words("neutral_verbs.txt"))


def is_doubling_verb(char: str) -> bool:
    """Whether a character is a verb that is doubled (看看, 看一看)."""
    return char in _verbs()


def apply_doubled(stretch: Stretch) -> None:
    """Make the second syllable neutral."""
    for position in range(1, len(stretch)):
        char = stretch.text[position]
        if char != stretch.text[position - 1] or not _is_pair(stretch, position):
            continue
        if char in _NOUNS:
            stretch.change(position, NEUTRAL, "doubled noun")
        elif _is_verb(stretch, position):
            stretch.change(position, NEUTRAL, "doubled verb")


def _is_pair(stretch: Stretch, position: int) -> bool:
    """Whether two equal characters are a word, begin a short one (看看书), or are two words of one syllable.

    One 个 more (一家家) or the same character again make it something else.
    """
    char = stretch.text[position]
    if stretch.before(position - 1) in (char, "一") or stretch.after(position) == char:
        return False
    if stretch.begins_word(position):
        return stretch.begins_word(position - 1) and stretch.ends_word(position)
    if char in _NOUNS or stretch.ends_word(position):
        return True
    return stretch.begins_word(position - 1) and len(stretch.word_at(position)) <= 3


def _is_verb(stretch: Stretch, position: int) -> bool:
    char, following = stretch.text[position], position + 1
    if following < len(stretch) and stretch.suffixes[following]:  # 画画儿 is a picture
        return False
    if char == "等":
        return _waits(stretch, position)
    return is_doubling_verb(char) and not _is_half(stretch, position)


def _is_half(stretch: Stretch, position: int) -> bool:
    """Whether the pair is half of AABB, which is not neutral: 说说笑笑, 走走停停."""
    for pair in (stretch.before(position - 1, 2), stretch.after(position, 2)):
        if len(pair) == 2 and pair[0] == pair[1] and pair[0] not in _NOUNS:
            return True
    return False


def _waits(stretch: Stretch, position: int) -> bool:
    """Whether 等等 is "wait", before a pronoun or after a request, and not "and so on"."""
    before, after = stretch.before(position - 1), stretch.after(position)
    return after in tuple("我他她你咱再看吧") or before in tuple("请再你先快稍就要得想多")
