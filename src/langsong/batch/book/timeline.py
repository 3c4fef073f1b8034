"""Where each piece of a book sounds, how loud it becomes, and the sound itself, piece after piece."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from langsong.audio.files import read_audio
from langsong.engine.subtitles import Sentence, Transcript
from langsong.types import Float32, PhoneTiming, WordTiming

from .pieces import Part, Piece

LEVEL_DBFS = -20.0
PEAK_DBFS = -3.0
"""Speech level of every speaker, and what no sample exceeds, as audiobook shops ask for it (ACX: RMS -23 to -18 dB,
peaks to -3 dB)."""

FADE_S = 0.005
"""At both ends of a piece, so that no join clicks."""


@dataclass(frozen=True)
class Placed:
    """A piece and when it sounds, in samples from the start of the book.

    Attributes:
        facts: what is beside its sound.
        end: where the next one may begin, after the pause.
    """

    piece: Piece
    facts: dict[str, Any]
    start: int
    end: int


@dataclass(frozen=True)
class Stretch:
    """A chapter and when it sounds, in samples from the start of the book."""

    title: str
    pieces: tuple[Placed, ...]
    start: int
    end: int


class Timeline:
    """A book whose pieces are all spoken.

    Args:
        parts: its chapters, in pieces.
        folder: of the pieces' sounds and facts.

    Attributes:
        stretches: the chapters in time; they tile the book.
        sample_rate: Hz.
        late_s: the most that a piece with a time of its own begins after it.
    """

    def __init__(self, parts: Sequence[Part], folder: Path) -> None:
        self._folder = folder
        known: dict[str, dict[str, Any]] = {}
        for piece in (piece for part in parts for piece in part.pieces):
            if piece.item.key not in known:
                path = folder / f"{piece.item.key}.json"
                facts = json.loads(path.read_text(encoding="utf-8"))
                del facts["sentences"]  # of a whole book they fill the memory
                known[piece.item.key] = facts
        self.sample_rate = int(next(iter(known.values()))["sample_rate"])
        self.late_s = 0.0
        self.stretches: list[Stretch] = []
        position = 0
        for part in parts:
            start, placed = position, list[Placed]()
            for piece in part.pieces:
                facts = known[piece.item.key]
                if piece.start_s is not None:
                    wanted = round(piece.start_s * self.sample_rate)
                    self.late_s = max(self.late_s, (position - wanted) / self.sample_rate)
                    position = max(position, wanted)
                end = position + facts["samples"] + round(piece.pause_s * self.sample_rate)
                placed.append(Placed(piece, facts, position, end))
                position = end
            self.stretches.append(Stretch(part.title, tuple(placed), start, position))
        self._gains = _gains([placed for stretch in self.stretches for placed in stretch.pieces])

    def seconds(self, samples: int) -> float:
        """A place in samples as one in seconds."""
        return samples / self.sample_rate

    def sound(self, stretch: Stretch) -> Iterator[Float32]:
        """A chapter's samples, piece by piece, with the silence between."""
        position = stretch.start
        for placed in stretch.pieces:
            yield np.zeros(placed.start - position, np.float32)
            samples, _ = read_audio(self._folder / placed.facts["audio"])
            gain = min(
                10 ** (self._gains[placed.piece.speaker] / 20),
                10 ** (PEAK_DBFS / 20) / max(float(np.abs(samples).max(initial=0.0)), 1e-9),
            )
            yield faded(samples * np.float32(gain), self.sample_rate)
            position = placed.start + len(samples)
        yield np.zeros(stretch.end - position, np.float32)

    def transcript(self, stretch: Stretch) -> Transcript:
        """What a chapter says when, in seconds from its start.

        Sentences follow one another without gap, but for those of pieces that have times of their own.
        """
        transcript = Transcript()
        for placed in stretch.pieces:
            facts = json.loads((self._folder / f"{placed.piece.item.key}.json").read_text(encoding="utf-8"))
            own = [_sentence(found, self.seconds(placed.start - stretch.start)) for found in facts["sentences"]]
            if transcript.sentences and placed.piece.start_s is None:
                transcript.sentences[-1].end_s = own[0].start_s
            transcript.sentences += own
        transcript.duration_s = self.seconds(stretch.end - stretch.start)
        if stretch.pieces[-1].piece.start_s is None:
            transcript.sentences[-1].end_s = transcript.duration_s
        return transcript


def _gains(pieces: Sequence[Placed]) -> dict[str, float]:
    """dB for each speaker, from the mean power of all that it says, so that it keeps what is soft and what is loud."""
    energy: dict[str, float] = defaultdict(float)
    seconds: dict[str, float] = defaultdict(float)
    for placed in pieces:
        speaker, level = placed.piece.speaker, placed.facts["level_dbfs"]
        energy[speaker] += 0.0 if level is None else placed.facts["duration"] * 10 ** (level / 10)
        seconds[speaker] += placed.facts["duration"]
    return {
        speaker: LEVEL_DBFS - 10 * math.log10(energy[speaker] / seconds[speaker]) if energy[speaker] else 0.0
        for speaker in energy
    }


def faded(samples: Float32, sample_rate: int) -> Float32:
    """(N,) samples that begin and end at zero, by half a period of a raised cosine at each end."""
    length = min(round(FADE_S * sample_rate), len(samples) // 2)
    slope = (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)
    result: Float32 = samples.copy()
    result[:length] *= slope
    result[len(result) - length :] *= slope[::-1]
    return result


def _sentence(found: dict[str, Any], offset_s: float) -> Sentence:
    """A sentence as `Transcript.as_dict` has it, later by so many seconds."""
    words = [
        WordTiming(
            word["text"],
            word["start"],
            word["end"],
            tuple(PhoneTiming(p["phone"], p["tone"], p["start"], p["end"]) for p in word["phones"]),
        ).shifted(offset_s)
        for word in found["words"]
    ]
    return Sentence(found["text"], found["start"] + offset_s, found["end"] + offset_s, words)
