"""Prosody of any recording: F0, level and syllables over time, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from langsong.audio.loudness import speech_level
from langsong.audio.pitch import track_pitch
from langsong.audio.silence import loudness_frames, speech_in_noise
from langsong.types import Float32

HOP_S = 0.01
_WINDOW_S = 0.03
_LEAST_DIP_DB = 1.5
_BELOW_LOUDEST_DB = 25.0
_QUIETEST_DB = -120.0

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contours:
    """A recording over time, a value every `HOP_S` seconds, L of them.

    Attributes:
        times_s: (L,). f0_hz: (L,), 0 where unvoiced. level_db: (L,), dB of full scale.
        nuclei_s: (K,), where syllables are loudest.
        start_s, end_s: of the speech.
        speech_level_db: pauses left out, dB of full scale.
    """

    times_s: Float64
    f0_hz: Float32
    level_db: Float64
    nuclei_s: Float64
    start_s: float
    end_s: float
    speech_level_db: float


@dataclass(frozen=True)
class ProsodyStatistics:
    """What a recording's prosody comes to.

    Attributes:
        seconds: of speech, from its first to its last sound.
        f0_mean_hz: geometric mean over voiced frames; 0 if there is none.
        f0_range_st: semitones between the 10th and the 90th percentile of F0.
        level_db: of the speech, dB of full scale, pauses left out.
        rate: syllable nuclei a second.
        voiced: share of the speech that has an F0.
    """

    seconds: float
    f0_mean_hz: float
    f0_range_st: float
    level_db: float
    rate: float
    voiced: float


def measure_contours(samples: Float32, sample_rate: int) -> Contours:
    """(N,) samples over time."""
    hop = round(HOP_S * sample_rate)
    power = loudness_frames(samples, round(_WINDOW_S * sample_rate), hop)
    level: Float64 = 10 * np.log10(np.maximum(power, 10 ** (_QUIETEST_DB / 10)))
    times: Float64 = np.arange(len(level), dtype=np.float64) * (hop / sample_rate)
    f0 = track_pitch(samples, sample_rate, times)
    start, end = speech_in_noise(samples, sample_rate)
    return Contours(
        times_s=times,
        f0_hz=f0,
        level_db=level,
        nuclei_s=times[_nuclei(level, f0)],
        start_s=start / sample_rate,
        end_s=end / sample_rate,
        speech_level_db=speech_level(samples, sample_rate),
    )


def summarise(contours: Contours) -> ProsodyStatistics:
    """The statistics of contours."""
    seconds = contours.end_s - contours.start_s
    voiced = contours.f0_hz[contours.f0_hz > 0].astype(np.float64)
    low, high = np.percentile(voiced, (10, 90)) if len(voiced) else (1.0, 1.0)
    return ProsodyStatistics(
        seconds=seconds,
        f0_mean_hz=float(np.exp(np.log(voiced).mean())) if len(voiced) else 0.0,
        f0_range_st=float(12 * np.log2(high / low)),
        level_db=contours.speech_level_db,
        rate=len(contours.nuclei_s) / seconds if seconds else 0.0,
        voiced=min(len(voiced) * HOP_S / seconds, 1.0) if seconds else 0.0,
    )


def measure_prosody(samples: Float32, sample_rate: int) -> ProsodyStatistics:
    """The statistics of (N,) samples."""
    return summarise(measure_contours(samples, sample_rate))


def _nuclei(level_db: Float64, f0_hz: Float32) -> npt.NDArray[np.int64]:
    """Frames at which syllables are loudest: voiced peaks of the level with a dip of `_LEAST_DIP_DB` between any two.

    N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate automatically",
    Behavior Research Methods 41 (2009). Window and dip are those that find 98 % (standard deviation 10 %) of the
    syllables of the embedded voice.
    """
    if not len(level_db):
        return np.zeros(0, np.int64)
    threshold = np.percentile(level_db, 99) - _BELOW_LOUDEST_DB
    found: list[int] = []
    peak, lowest, rising = 0, level_db[0], True
    for index, value in enumerate(level_db):
        if rising:
            if value > level_db[peak]:
                peak = index
            elif value < level_db[peak] - _LEAST_DIP_DB:
                found.append(peak)
                lowest, rising = value, False
        else:
            lowest = min(lowest, value)
            if value > lowest + _LEAST_DIP_DB:
                peak, rising = index, True
    if rising:
        found.append(peak)
    kept = [index for index in found if level_db[index] > threshold and f0_hz[index] > 0]
    return np.array(kept, np.int64)
