"""One clip: what a speaker says in a style, as sound and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import numpy as np

from corpus import labels, styles
from corpus.plan import Clip
from corpus.spelling import spell
from corpus.teacher import Teacher
from langsong.text.frontend import Frontend
from langsong.text.units import format_units
from langsong.types import Float32

LEVEL_DBFS = -25.0
"""Of neutral speech, pauses left out (RMS)."""

PEAK = 0.95


class Row(TypedDict):
    """A line of corpus.jsonl; durations in seconds, one for each unit, add up to the clip."""

    id: str
    audio: str
    text: str
    speaker: str
    emotion: str
    style: str
    split: str
    units: str
    durations: list[float]


def make(clip: Clip, teacher: Teacher, tables: Mapping[str, Float32], frontend: Frontend) -> tuple[Float32, Row]:
    """(N,) samples at 24 kHz, and the clip's line.

    Args:
        tables: (510, 256) style vectors of each speaker.

    Raises:
        ValueError: the teacher cannot say it, or what came is not speech.
        TextError: it cannot be read.
    """
    style = styles.STYLES[clip.style]
    utterance = frontend.utterance(clip.text, emotion=f"emotion_{style.category}", speaker=clip.speaker)
    units = utterance.units
    spelling = spell(utterance)
    reading = teacher.read(spelling.symbols, tables[clip.speaker])
    last_syllable = spelling.owners.index(_last(spelling.owners, len(units) - 3))
    frames = styles.frames(style, reading.predicted_frames, spelling.symbols, last_syllable)
    tokens = (labels.token_borders(units, spelling, frames) - labels.LAG) / labels.RATE
    f0 = teacher.intone(reading, frames)
    slope = max(len(units) - 6, 0)
    f0 = styles.pitch(style, f0, begin_s=tokens[0], slope_s=tokens[slope], end_s=tokens[-2])
    sound = teacher.sound(reading, f0)
    place = labels.label(sound, units, spelling, frames)
    audio = styles.tilted(style, sound[place.start : place.end], labels.RATE)
    audio = _levelled(audio, LEVEL_DBFS + style.gain)
    row = Row(
        id=clip.id,
        audio=f"audio/{clip.id}.flac",
        text=clip.text,
        speaker=clip.speaker,
        emotion=style.category,
        style=clip.style,
        split=clip.split,
        units=format_units(units),
        durations=[round(int(samples) / labels.RATE, 6) for samples in np.diff(place.borders)],
    )
    return audio, row


def _last(owners: tuple[int, ...], earliest: int) -> int:
    """The first unit from `earliest` on that has a symbol."""
    return min(owner for owner in owners if owner >= earliest)


def _levelled(audio: Float32, dbfs: float) -> Float32:
    """At that level where it sounds, but never over `PEAK`."""
    blocks = audio[: len(audio) // labels.BLOCK * labels.BLOCK].reshape(-1, labels.BLOCK)
    level = np.sqrt(np.mean(np.square(blocks[~labels.silent_blocks(audio)], dtype=np.float64)))
    gain = min(10.0 ** (dbfs / 20.0) / level, PEAK / float(np.abs(audio).max()))
    levelled: Float32 = (audio * gain).astype(np.float32)
    return levelled
