"""Localizers after nouns (家里, 墙上) and directions after verbs (站起来), where they are light."""

from __future__ import annotations

import re

from langsong.text.parts_of_speech import part_of_speech
from langsong.text.stretch import NEUTRAL, Stretch

_NOT_LI = re.compile(
    "[公英华]里|[一二三四五六七八九十百千万两几数]海里|[千万百十数几半一两二三四五六七八九]里|[乡邻故]里|里[程约斯昂海]|马里|阿里|[斯巴尼拉卡希]里|[这那哪]里"
)
"""里 as a measure, in names, and where dictionaries print the full tone as well (这里)."""
_SURFACES = frozenset("桌床墙树山地路街身脸手头背肩心嘴脚腿车船书报纸门世台岸坡枝额胸指")
"""Things on whose surface 上 is light: 桌上, 身上. Elsewhere it keeps its tone (网上, 海上, 世界上)."""
_DIRECTIONS = re.compile("[上下进出回过起开][来去]")


def apply_localizers(stretch: Stretch) -> None:
    """里 and 上 after nouns."""
    for position in range(1, len(stretch)):
        char = stretch.text[position]
        if stretch.tone(position) == NEUTRAL or not stretch.ends_word(position):
            continue
        if char == "里" and _is_li(stretch, position):
            stretch.change(position, NEUTRAL, "localizer 里")
        elif char == "上" and _is_shang(stretch, position):
            stretch.change(position, NEUTRAL, "localizer 上")


def apply_directions(stretch: Stretch) -> None:
    """The 来 or 去 of 起来, 出去 and the like after a verb or as a verb: 站起来, 回去."""
    for match in _DIRECTIONS.finditer(stretch.text):
        first, last = match.start(), match.end() - 1
        if stretch.tone(last) == NEUTRAL or match[0] == "过去" or not stretch.ends_word(last):
            continue
        if not _is_direction(stretch, first, last) or stretch.after(last) in ("年", "世", "水"):
            continue
        if stretch.before(first) not in ("不", "得", "往"):  # 看不出来, 继往开来
            stretch.change(last, NEUTRAL, f"direction {match[0]}")


def _is_direction(stretch: Stretch, first: int, last: int) -> bool:
    """Whether 来 or 去 is in a verb, or follows one of two syllables as a word of its own (走进 + 来)."""
    word, verb = stretch.word_at(last), stretch.word_at(first)
    if stretch.owners[first] == stretch.owners[last]:
        return True
    return len(word) == 1 and len(verb) == 2 and part_of_speech(verb).startswith("v")


def _is_li(stretch: Stretch, position: int) -> bool:
    if _NOT_LI.search(stretch.before(position, 2) + stretch.text[position : position + 2]):
        return False
    if stretch.before(position) == "子" and stretch.tone(position - 1) == NEUTRAL:
        return True
    word = stretch.word_at(position)
    if not stretch.begins_word(position):
        return part_of_speech(word) in ("s", "f", "r", "t", "n") and len(word) <= 4
    tag = part_of_speech(stretch.word(stretch.owners[position] - 1))
    return tag.startswith(("n", "s", "f")) and tag not in ("nr", "nrt")


def _is_shang(stretch: Stretch, position: int) -> bool:
    """上 in a word with a surface (身上, 大街上), or after a noun in 子 (桌子上) that is not who goes up."""
    word = stretch.word_at(position)
    if not stretch.begins_word(position):
        return len(word) <= 3 and word[-2] in _SURFACES
    if stretch.before(position) != "子" or stretch.tone(position - 1) != NEUTRAL:
        return False
    after = part_of_speech(stretch.word(stretch.owners[position] + 1))
    return stretch.before(position - 1) not in tuple("孩儿嫂婶妹妻") and not after.startswith(("n", "m", "eng"))
