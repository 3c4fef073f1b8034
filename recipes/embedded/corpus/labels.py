"""Which stretch of the teacher's sound belongs to which unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corpus.spelling import Spelling
from langsong.types import Float32, Int64, Unit

RATE = 24000
HOP = 600
"""Samples of a frame: the teacher's durations are multiples of it (25 ms)."""

LAG = RATE * 60 // 1000
"""By so many samples a token's sound is ahead of its frames: frication begins 68-75 ms before the tokens of s, sh and x
and ends 48-55 ms before those of the vowel after them (medians, two speakers)."""

LEAD, TAIL = RATE // 20, RATE // 10
"""Silence that stays before the first sound and after the last one, samples."""

BLOCK = RATE // 200
SILENCE_DB = -35.0
"""A block of 5 ms is silent when it is so far below the level of the whole."""

SHORTEST_PAUSE = 8
"""Blocks."""

_GLIDE_SHARE = 0.25


class Labels(NamedTuple):
    """A clip's place in the sound, samples, and its (T + 1,) borders between units, from the clip's begin."""

    start: int
    end: int
    borders: Int64


def label(audio: Float32, units: Sequence[Unit], spelling: Spelling, frames: Int64) -> Labels:
    """Cut the clip out of (N,) samples, and find its units.

    Borders follow the teacher's frames. A pause at punctuation is where it is silent, for the teacher counts the
    silence to the phone before; the clip begins `LEAD` before the first sound and ends `TAIL` after the last one.

    Args:
        frames: (n + 2,) of each token, with those of begin and end; N is `HOP` times their sum.

    Raises:
        ValueError: silence, or numbers that are not finite.
    """
    silent = silent_blocks(audio)
    sounding = np.flatnonzero(~silent)
    if not len(sounding):
        raise ValueError("nothing sounds")
    borders = token_borders(units, spelling, frames) - LAG
    for index in range(1, len(units) - 1):
        if units[index].is_break and units[index].phone != "#1":
            earliest = (borders[index - 1] + borders[index]) // 2
            pause = _longest_run(silent, int(earliest) // BLOCK, int(borders[index + 2]) // BLOCK)
            if pause[1] - pause[0] >= SHORTEST_PAUSE:
                borders[index : index + 2] = np.multiply(pause, BLOCK)
    start = max(int(sounding[0]) * BLOCK - LEAD, 0)
    end = min((int(sounding[-1]) + 1) * BLOCK + TAIL, len(audio))
    borders[-2] = max((int(sounding[-1]) + 1) * BLOCK, int(borders[-3]))
    borders[0], borders[-1] = start, end
    borders = np.clip(np.maximum.accumulate(borders), start, end)
    return Labels(start, end, borders - start)


def token_borders(units: Sequence[Unit], spelling: Spelling, frames: Int64) -> Int64:
    """(T + 1,) samples: where the frames of each unit begin, and where those of the last one end.

    An onset that the final sounds alone (yi, wu) gets a quarter of it; a glottal onset gets nothing
    (specification 3.7). The begin token belongs to no unit, the end token to the last one.
    """
    samples = np.zeros(len(units), np.int64)
    np.add.at(samples, list(spelling.owners), frames[1:-1] * HOP)
    samples[-1] += frames[-1] * HOP
    for index in set(range(len(units))) - set(spelling.owners):
        if units[index].phone in ("y_c", "w_c"):
            share = int(samples[index + 1] * _GLIDE_SHARE)
            samples[index] += share
            samples[index + 1] -= share
    borders: Int64 = np.concatenate([[0], np.cumsum(samples)]) + frames[0] * HOP
    return borders


def silent_blocks(audio: Float32) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each whole block whether it is silent.

    Raises:
        ValueError: a sample is not finite.
    """
    if not np.isfinite(audio).all():
        raise ValueError("samples are not finite")
    power = np.square(audio[: len(audio) // BLOCK * BLOCK], dtype=np.float64).reshape(-1, BLOCK).mean(axis=1)
    result: np.ndarray[tuple[int], np.dtype[np.bool_]] = power <= power.mean() * 10.0 ** (SILENCE_DB / 10.0)
    return result


def _longest_run(silent: np.ndarray[tuple[int], np.dtype[np.bool_]], start: int, end: int) -> tuple[int, int]:
    """The longest stretch of silence between two blocks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent[start:end].astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2) + start
    if not len(runs):
        return start, start
    begin, finish = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return int(begin), int(finish)
