"""The units of a clip: given, from given pinyin, or read by the frontend."""

from __future__ import annotations

from dataclasses import replace

from langsong.errors import TextError
from langsong.text.document import FixedReading, Passage
from langsong.text.frontend import Frontend
from langsong.text.hanzi import is_hanzi
from langsong.text.units import UnitInventory, format_units, parse_units
from langsong.types import Unit

from .clips import BadClip, Clip


def clip_units(clip: Clip, frontend: Frontend, units: UnitInventory) -> str:
    """The line of units, with the clip's emotion and speaker in each.

    Args:
        clip: with its speaker and emotion.
        frontend: of the conventions that the voice is to have.
        units: what the voice can have.

    Raises:
        BadClip: its text cannot be read, its pinyin does not fit its text, or a unit is unknown.
    """
    emotion = f"emotion_{clip.emotion}"
    try:
        if clip.units:
            line = [replace(u, emotion=_emotion(u, emotion), speaker=clip.speaker) for u in parse_units(clip.units)]
        elif units.kind == "bytes":
            line = list(frontend.bytes_utterance(clip.text, emotion=emotion, speaker=clip.speaker).units)
        else:
            text = _with_pinyin(clip) if clip.pinyin else clip.text
            line = list(frontend.utterance(text, emotion=emotion, speaker=clip.speaker).units)
        units.encode(line)
    except TextError as error:
        raise BadClip(f"its text cannot be used: {error}") from None
    return format_units(line)


def _emotion(unit: Unit, emotion: str) -> str:
    """Breaks keep ``emotion_none`` where the corpus says so."""
    return unit.emotion if unit.is_break and unit.emotion == "emotion_none" else emotion


def _with_pinyin(clip: Clip) -> Passage:
    """The clip's text with the corpus's reading on each hanzi."""
    hanzi = [index for index, char in enumerate(clip.text) if is_hanzi(char)]
    if len(hanzi) != len(clip.pinyin):
        raise BadClip(f"its {len(clip.pinyin)} syllables of pinyin do not fit its {len(hanzi)} hanzi")
    fixed = (
        FixedReading(index, index + 1, (syllable,), "inline pinyin")
        for index, syllable in zip(hanzi, clip.pinyin, strict=True)
    )
    return Passage(clip.text, tuple(fixed))
