"""A take in other forms: audio formats, subtitles, and pictures of its sound."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from langsong.audio.encode import encode
from langsong.audio.files import read_audio
from langsong.audio.label import read_label
from langsong.audio.mel import frame_times, mel_features
from langsong.audio.pitch import track_pitch
from langsong.audio.resample import resample
from langsong.audio.spec import AudioSpec
from langsong.engine.subtitles import Sentence, Transcript
from langsong.types import Float32, PhoneTiming, WordTiming

PICTURE_S = 60.0
"""The beginning of a take that is drawn; longer pictures show nothing to the eye."""
PICTURE_COLUMNS = 1200

_SPEC = AudioSpec(sample_rate=22050, hop_length=256, n_fft=1024, win_length=1024, n_mels=80, fmin=0.0, fmax=8000.0)
_DYNAMIC_RANGE = np.log(10.0) * 4  # 80 dB of amplitude


def audio_as(path: Path, format: str) -> bytes:
    """A sound file in another format, with the same label.

    Raises:
        AudioError: the format is unknown, or the file cannot be read.
    """
    samples, sample_rate = read_audio(path)
    return encode(samples, sample_rate, format, read_label(path) or False)


def subtitles_as(transcript: dict[str, Any], format: str) -> str:
    """Subtitles from what `Transcript.as_dict` gave.

    Raises:
        OptionError: the format is unknown.
    """
    again = Transcript()
    again.duration_s = transcript["duration"]
    again.sentences = [
        Sentence(s["text"], s["start"], s["end"], [_word(word) for word in s["words"]]) for s in transcript["sentences"]
    ]
    return again.written(format)


def _word(word: dict[str, Any]) -> WordTiming:
    phones = tuple(PhoneTiming(p["phone"], p["tone"], p["start"], p["end"]) for p in word["phones"])
    return WordTiming(word["text"], word["start"], word["end"], phones)


def picture_of(path: Path) -> dict[str, Any]:
    """What a page needs to draw a sound.

    Returns:
        seconds: of the whole; ``shown_s``: of what is drawn.
        peaks: greatest amplitude in each of `PICTURE_COLUMNS` equal parts of the whole, 0-1.
        columns, bands, mel: the mel spectrogram as base64 of bytes, band by band within a column, 255 = loudest.
        f0: Hz in each column, 0 where unvoiced.

    Raises:
        AudioError: the file cannot be read.
    """
    samples, sample_rate = read_audio(path)
    shown = resample(samples[: int(PICTURE_S * sample_rate)], sample_rate, _SPEC.sample_rate)
    shown = np.pad(shown, (0, max(_SPEC.n_fft - len(shown), 0)))
    mel = mel_features(shown, _SPEC, "hifigan").mel
    f0 = track_pitch(shown, _SPEC.sample_rate, frame_times(len(mel), _SPEC, "hifigan"))
    if len(mel) > PICTURE_COLUMNS:
        places = np.linspace(0, len(mel), PICTURE_COLUMNS, endpoint=False).astype(np.int64)
        mel, f0 = np.maximum.reduceat(mel, places), f0[places]
    levels = np.clip((mel - mel.max()) / _DYNAMIC_RANGE + 1, 0.0, 1.0)
    return {
        "seconds": len(samples) / sample_rate,
        "shown_s": len(shown) / _SPEC.sample_rate,
        "peaks": _peaks(samples).round(3).tolist(),
        "columns": len(mel),
        "bands": _SPEC.n_mels,
        "mel": base64.b64encode((255 * levels).astype(np.uint8).tobytes()).decode(),
        "f0": f0.round(1).tolist(),
    }


def _peaks(samples: Float32) -> Float32:
    """(`PICTURE_COLUMNS`,) at most."""
    count = min(PICTURE_COLUMNS, len(samples))
    if not count:
        return np.zeros(1, np.float32)
    places = np.linspace(0, len(samples), count, endpoint=False).astype(np.int64)
    peaks: Float32 = np.maximum.reduceat(np.abs(samples), places)
    return peaks
