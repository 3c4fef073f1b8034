"""Names of emotions: those of other systems, those of voices, and which is nearest to one that a voice lacks.

``data/emotions.json`` has, for each emotion, other names of it, what voices call the same (``same``), and what comes
nearest where a voice has none of these, the nearest first. docs/emotion.md shows it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from importlib import resources
from typing import NamedTuple, TypedDict

from langsong.text.once import once

from .mixture import parse_shares

EIGHT = ("happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm")
"""In the order of IndexTTS's emotion vectors."""

NEUTRAL = "neutral"


class _Entry(TypedDict):
    names: list[str]
    same: list[str]
    nearest: list[str]


class Found(NamedTuple):
    """One of a voice's emotions, and whether it is what was asked for, rather than the nearest."""

    name: str
    exact: bool


@once
def _table() -> dict[str, _Entry]:
    source = resources.files(__package__).joinpath("data/emotions.json")
    table: dict[str, _Entry] = json.loads(source.read_text(encoding="utf-8"))
    return table


@once
def _aliases() -> dict[str, str]:
    """Every known name to the emotion it means."""
    table = _table()
    aliases = {name: emotion for emotion, entry in table.items() for name in entry["same"]}
    aliases |= {name: emotion for emotion, entry in table.items() for name in entry["names"]}
    return aliases | {emotion: emotion for emotion in table}


def canonical(name: str) -> str | None:
    """The emotion that a name means, in any case, with or without ``emotion_``; None for an unknown one."""
    return _aliases().get(name.strip().lower().removeprefix("emotion_"))


def known_names() -> frozenset[str]:
    """Every name that `canonical` knows."""
    return frozenset(_aliases())


def is_emotion(text: str) -> bool:
    """Whether a text is a known emotion, or a mixture of such."""
    try:
        return all(canonical(name) is not None for name, _ in parse_shares(text))
    except ValueError:
        return False


def find_emotion(name: str, available: Collection[str]) -> Found | None:
    """The emotion of a voice that a name means, or the nearest that the voice has; neutral at the last.

    Args:
        name: one of the voice's own, or any that `canonical` knows.
        available: the voice's.

    Returns:
        None for a name that is unknown.
    """
    plain = name.strip().lower().removeprefix("emotion_")
    if plain in available:
        return Found(plain, True)
    emotion = canonical(plain)
    if emotion is None:
        return None
    if (own := _own(emotion, available)) is not None:
        return Found(own, True)
    for other in _table()[emotion]["nearest"]:
        if (own := _own(other, available)) is not None:
            return Found(own, False)
    return Found(NEUTRAL, emotion == NEUTRAL)


def _own(emotion: str, available: Collection[str]) -> str | None:
    return next((name for name in (emotion, *_table()[emotion]["same"]) if name in available), None)
