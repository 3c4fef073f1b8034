"""The label of generated speech that listeners hear (GB 45438-2025, 5.3).

It is a spoken notice that names artificial intelligence and generation, at normal speed, or the rhythm
"short long, short short", which is "AI" in Morse code; at the start, the end or in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from langsong.types import AudioChunk, Float32

NOTICE = "本音频由人工智能生成。"
"""What a voice says, at speed 1."""

RHYTHM = (".-", "..")

# Lengths in dots as ITU-R M.1677-1 has them; pitch and length of a dot are ours, for the standard names none.
_DASH, _LETTER_GAP = 3, 3
_DOT_S, _TONE_HZ, _LEVEL, _RAMP_S = 0.1, 800.0, 0.25, 0.005
_AFTER_S = 0.4


def rhythm(sample_rate: int) -> Float32:
    """The rhythm as tones, (N,) samples at `sample_rate` Hz, without silence around it."""
    letters: list[Float32] = []
    for letter in RHYTHM:
        marks = [_tone(_DASH if mark == "-" else 1, sample_rate) for mark in letter]
        letters.append(_joined(marks, 1, sample_rate))
    return _joined(letters, _LETTER_GAP, sample_rate)


def _tone(dots: int, sample_rate: int) -> Float32:
    count = round(dots * _DOT_S * sample_rate)
    t = np.arange(count) / sample_rate
    edge = np.minimum(t, t[::-1]) / _RAMP_S
    envelope = np.sin(np.pi / 2 * np.minimum(edge, 1.0)) ** 2
    return np.asarray(_LEVEL * envelope * np.sin(2 * np.pi * _TONE_HZ * t), np.float32)


def _joined(pieces: list[Float32], gap_dots: int, sample_rate: int) -> Float32:
    silence = np.zeros(round(gap_dots * _DOT_S * sample_rate), np.float32)
    return np.concatenate([part for piece in pieces for part in (silence, piece)][1:])


def announced(
    chunks: Iterator[AudioChunk], cue: Float32, sample_rate: int, *, again: bool = False
) -> Iterator[AudioChunk]:
    """Speech with the label before it; the times of its words move accordingly.

    Args:
        chunks: the speech.
        cue: (N,) samples at the speech's rate: `rhythm`, or `NOTICE` spoken.
        sample_rate: of both, Hz.
        again: also after it.
    """
    silence = np.zeros(round(_AFTER_S * sample_rate), np.float32)
    before = np.concatenate([cue, silence])
    yield AudioChunk(before, sample_rate)
    end_s = offset_s = len(before) / sample_rate
    for chunk in chunks:
        moved = chunk.shifted(offset_s)
        yield moved
        end_s = moved.start_s + moved.duration_s
    if again:
        yield AudioChunk(np.concatenate([silence, cue]), sample_rate, end_s)
