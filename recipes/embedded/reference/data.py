"""Clips with an emotion and a speaker, as the encoder reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from langsong.acoustic.reference import AUDIO
from langsong.engine.emotion_recording import Recording, prepared, recording
from langsong.engine.emotion_reference import reference_mel
from langsong.errors import AudioError
from langsong.types import Float32

EMOTIONS = (
    "neutral", "happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm", "gentle",
)  # fmt: skip

WARPS = (1.0, 0.8, 0.9, 1.12, 1.25)
"""Factors on all frequencies, F0 and formants, at the same tempo: other speakers, as it were."""

_EMODB = {"W": "angry", "E": "disgusted", "A": "afraid", "F": "happy", "T": "sad", "N": "neutral"}
"""Letters of the Berlin database; L, boredom, is none of the encoder's."""


@dataclass(frozen=True)
class Clip:
    """A clip's features.

    Attributes:
        corpus: ``teacher``, ``restyled`` or ``emodb``.
        emotion: index into `EMOTIONS`.
        text: which sentence is said; the same in several clips.
        mels: (L, n_mels) for each of `WARPS`.
    """

    corpus: str
    speaker: str
    emotion: int
    text: str
    held_out: bool
    mels: tuple[Float32, ...]


def teacher_clips(folder: Path, corpus: str) -> Iterator[Clip]:
    """The clips of a corpus as `corpus.speak` or `restyle` writes it, as far as it is there."""
    for listing in sorted(folder.glob("clips*.jsonl")):
        for line in listing.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # it is being written
            if entry["style"] in EMOTIONS and (sound := _sound(folder / entry["audio"])) is not None:
                yield Clip(
                    corpus=corpus,
                    speaker=entry["speaker"],
                    emotion=EMOTIONS.index(entry["style"]),
                    text=entry["text"],
                    held_out=entry["split"] == "valid",
                    mels=_mels(sound),
                )


def emodb_clips(folder: Path) -> Iterator[Clip]:
    """The Berlin Database of Emotional Speech; file names are speaker, sentence, emotion, version."""
    for path in sorted(folder.glob("*.flac")):
        speaker, sentence, letter = path.stem[:2], path.stem[2:5], path.stem[5]
        if letter in _EMODB and (sound := _sound(path)) is not None:
            emotion = EMOTIONS.index(_EMODB[letter])
            yield Clip("emodb", f"emodb-{speaker}", emotion, sentence, False, _mels(sound))


def _sound(path: Path) -> Float32 | None:
    try:
        source: Recording = recording(path, local=True)
        return prepared(source, AUDIO.sample_rate)[0]
    except AudioError:
        return None


def _mels(sound: Float32) -> tuple[Float32, ...]:
    # A mel basis for another sample rate reads every frequency as another one, and time stays as it is.
    specs = (AUDIO.model_copy(update={"sample_rate": round(AUDIO.sample_rate * warp)}) for warp in WARPS)
    return tuple(reference_mel(sound, spec).astype(np.float32) for spec in specs)


def speakers(clips: Iterable[Clip]) -> list[str]:
    """Who speaks, in order."""
    return sorted({clip.speaker for clip in clips})
