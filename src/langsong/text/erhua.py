"""Retroflex endings: 花儿 is one syllable (huar1), 女儿 is two."""

from __future__ import annotations

from collections.abc import Sequence

from langsong.types import Syllable

_FULL_ENDINGS = (
    "女儿", "婴儿", "幼儿", "孤儿", "胎儿", "少儿", "健儿", "小儿", "宠儿", "男儿", "患儿", "产儿", "生儿",
    "弃儿", "育儿", "托儿", "妻儿", "孙儿", "骄儿", "痴儿", "乞儿", "混血儿", "弄潮儿", "畸形儿",
    "连体儿", "试管儿", "低能儿",
)  # fmt: skip
"""Words, or ends of words, whose 儿 means child and keeps its syllable."""
_FULL_STARTS = frozenset("子童女媳歌科戏时孙郎")
"""After these, 儿 begins a word of its own: 儿子 in 小儿子, 儿童 in 少年儿童."""


def merge_erhua(word: str, readings: Sequence[str]) -> tuple[Syllable, ...]:
    """The syllables of a word of hanzi, 儿 merged into the syllable before it where it is a suffix.

    Args:
        word: N characters.
        readings: N syllables with tone digits.
    """
    syllables: list[Syllable] = []
    for index, (char, reading) in enumerate(zip(word, readings, strict=True)):
        if syllables and reading in ("er2", "er5") and _is_suffix(word, index):
            stem = syllables.pop()
            merged = f"{stem.pinyin[:-1]}r{stem.pinyin[-1]}"
            syllables.append(Syllable(stem.text + char, merged, (stem.pinyin, reading)))
        else:
            syllables.append(Syllable(char, reading))
    return tuple(syllables)


def _is_suffix(word: str, index: int) -> bool:
    through = word[: index + 1]
    return (
        word[index] == "儿"
        and not through.endswith(_FULL_ENDINGS)
        and not through.endswith("儿儿")
        and word[index + 1 : index + 2] not in _FULL_STARTS
    )
