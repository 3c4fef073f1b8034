"""How much of what a voice says is understood: errors in characters, in pinyin and in toneless pinyin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langsong.text.frontend import Frontend

SENTENCES = (
    "今天天气真不错，我们去公园走走吧。",
    "请问，去火车站应该坐几路公交车？",
    "他昨天晚上十一点半才回到家里。",
    "这本书我已经看了三遍，每次都有新的收获。",
    "妈妈在厨房里做饭，爸爸在客厅看报纸。",
    "哎呀，我的钥匙忘在办公室了！",
    "根据气象台的预报，明天将有大雨。",
    "人工智能正在改变我们的生活方式。",
    "老师说，学习语言最重要的是坚持。",
    "这家餐厅的牛肉面只要二十五块钱。",
    "你怎么能这样对待自己的朋友呢？",
    "北京是中华人民共和国的首都。",
    "我好想你，你什么时候才能回来？",
    "两千零二十四年的春节在二月十号。",
    "小猫悄悄地跳上了窗台，望着外面的小鸟。",
    "经济增长速度比去年提高了百分之三点五。",
    "别着急，慢慢说，我在听。",
    "太好了，我们终于赢得了比赛！",
    "科学家发现了一种新的海洋生物。",
    "请把门关上，外面风很大。",
    "他的孙女今年考上了重点大学。",
    "昨天夜里的雷声把孩子吵醒了。",
    "请您在这张表格上签个字。",
    "我们需要更多的时间来讨论这个问题。",
    "窗外的樱花开得正好看。",
    "师傅，麻烦您在前面路口停车。",
    "长江是中国最长的河流。",
    "他们俩为了这件小事争吵了半天。",
    "如果下雨，运动会就推迟到下星期。",
    "听说那部电影非常感人，你看过没有？",
)


@dataclass(frozen=True)
class Errors:
    """Edits needed to turn what was understood into what was said, and the length of what was said."""

    characters: int = 0
    tonal: int = 0
    plain: int = 0
    length: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.characters + other.characters,
            self.tonal + other.tonal,
            self.plain + other.plain,
            self.length + other.length,
        )

    @property
    def rates(self) -> dict[str, float]:
        """Errors per character, or per syllable."""
        return {name: getattr(self, name) / max(self.length, 1) for name in ("characters", "tonal", "plain")}


def edit_distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Insertions, deletions and substitutions (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def compare(said: str, heard: str) -> Errors:
    """Score one transcript. Both texts are normalised and read by the same frontend.

    Homophones, which no listener could tell, count as errors of characters alone.
    """
    frontend = Frontend()

    def hanzi(text: str) -> str:
        return re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", frontend.normalize(text)) if text.strip() else ""

    def syllables(text: str) -> list[str]:
        return frontend.pinyin(text).split() if text else []

    a, b = hanzi(said), hanzi(heard)
    tonal_a, tonal_b = syllables(a), syllables(b)
    plain_a, plain_b = ([s.rstrip("12345") for s in line] for line in (tonal_a, tonal_b))
    return Errors(edit_distance(a, b), edit_distance(tonal_a, tonal_b), edit_distance(plain_a, plain_b), len(tonal_a))
