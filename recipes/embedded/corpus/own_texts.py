"""Sentences of our own: templates, words with erhua, replies, verses, and a carrier for every syllable."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
SEED = 20261122
_SLOT = re.compile(r"\{(?:n:(\d+)-(\d+)|(\w+))\}")
_CARRIERS = ("请读一遍：{0}，{0}。", "这个字念{0}吧？", "不是{0}，是{0}！", "{0}字怎么写？")


def own_sentences() -> list[str]:
    """All sentences of our own but the carriers, without repetition, always the same ones."""
    source: dict[str, Any] = yaml.safe_load((DATA / "templates.yaml").read_text(encoding="utf-8"))
    draw = random.Random(SEED)
    sentences = [
        _fill(template, source["words"], draw) for template in source["templates"] for _ in range(source["fillings"])
    ]
    for word in (DATA / "erhua.txt").read_text(encoding="utf-8").split():
        sentences.append(draw.choice(source["erhua"]).format(word=word))
    sentences += (DATA / "replies.txt").read_text(encoding="utf-8").split()
    sentences += source["verses"]
    return list(dict.fromkeys(sentences))


def carriers() -> Iterator[str]:
    """A short sentence about each of the 6,763 characters of GB 2312, in its order (common ones first)."""
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                character = bytes([row, cell]).decode("gb2312")
            except UnicodeDecodeError:
                continue  # the five empty cells of row 55
            yield _CARRIERS[(row + cell) % len(_CARRIERS)].format(character)


def _fill(template: str, words: dict[str, list[str]], draw: random.Random) -> str:
    """`template` with its slots filled, no word twice."""
    used: set[str] = set()

    def word(slot: re.Match[str]) -> str:
        if slot[1]:
            return str(draw.randint(int(slot[1]), int(slot[2])))
        chosen = draw.choice([entry for entry in words[slot[3]] if entry not in used])
        used.add(chosen)
        return chosen

    return _SLOT.sub(word, template)
