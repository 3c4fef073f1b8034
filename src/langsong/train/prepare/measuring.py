"""One clip: read, checked, trimmed, brought to its level, measured and written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from langsong.audio.files import read_audio
from langsong.audio.loudness import set_level, speech_level
from langsong.audio.mel import frame_times, mel_features, mel_frames
from langsong.audio.pitch import track_pitch
from langsong.audio.resample import resample
from langsong.audio.silence import speech_bounds, speech_in_noise
from langsong.bundle.manifest import Record
from langsong.errors import AudioError
from langsong.text.frontend import Frontend
from langsong.text.units import UnitInventory, inventory, parse_units
from langsong.train.corpus_format import FEATURES_FOLDER, Features, Utterance
from langsong.types import Float32

from .clips import BadClip, Clip
from .durations import frames_of, unit_seconds
from .intervals import read_intervals
from .reading import clip_units
from .settings import PrepareSettings

_CLIPPED_SHARE = 2e-3
"""Recordings that were set too high flatten a few of their peaks, which training does not mind."""

_CLIPPED_RUN = 3
_LABEL_TOLERANCE_S = 0.05


class ClipFacts(Record):
    """What the report tells of a clip.

    Attributes:
        seconds: after trimming.
        trimmed_s: of silence taken off.
        sample_rate: Hz of the file.
        level_dbfs: of its speech before it was changed.
        f0_hz: median of the voiced frames; 0 if there are none.
        voiced: share of the frames.
        phones: units that are no breaks.
    """

    seconds: float
    trimmed_s: float
    sample_rate: int
    level_dbfs: float
    f0_hz: float
    voiced: float
    phones: int


@dataclass(frozen=True)
class Measured:
    """A clip that can be trained on."""

    utterance: Utterance
    facts: ClipFacts


def measure_clip(clip: Clip, settings: PrepareSettings, folder: Path) -> Measured:
    """Measure a clip and write its features into the corpus at `folder`.

    Raises:
        BadClip: it cannot be used.
    """
    frontend, units = _readers(settings)
    line = clip_units(clip, frontend, units)
    samples, file_rate = _load(clip, settings)
    kept, durations_s = _cut(clip, settings, samples, line)
    rate, seconds = settings.audio.sample_rate, len(kept) / settings.audio.sample_rate
    phones = sum(not unit.is_break for unit in parse_units(line))
    _check_length(settings, seconds, phones)
    level = speech_level(kept, rate)
    if settings.level_dbfs is not None:
        kept = set_level(kept, rate, settings.level_dbfs)
    features = features_of(kept, settings)
    frames = len(features.mel)
    utterance = Utterance(
        id=clip.id,
        units=line,
        speaker=clip.speaker,
        emotion=clip.emotion,
        frames=frames,
        durations=frames_of(durations_s, settings.audio.frame_rate, frames) if durations_s else None,
        text=clip.text,
    )
    voiced = features.pitch[features.pitch > 0]
    if len(voiced) < settings.least_voiced * frames:
        raise BadClip(f"there is no voice in it: {100 * len(voiced) / frames:.0f} % of it has a pitch")
    features.write(folder / FEATURES_FOLDER / f"{clip.id}.npz")
    facts = ClipFacts(
        seconds=seconds,
        trimmed_s=(len(samples) - len(kept)) / rate,
        sample_rate=file_rate,
        level_dbfs=level,
        f0_hz=float(np.median(voiced)) if len(voiced) else 0.0,
        voiced=len(voiced) / frames,
        phones=phones,
    )
    return Measured(utterance, facts)


def features_of(samples: Float32, settings: PrepareSettings) -> Features:
    """What is measured on (N,) samples at the corpus's rate.

    Raises:
        BadClip: the sound is too short for a frame, or a feature is not finite.
    """
    spec, recipe = settings.audio, settings.recipe
    quantized = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)
    heard = quantized.astype(np.float32) / np.float32(32768.0)
    frames = mel_frames(len(heard), spec, recipe)
    if frames < 1:
        raise BadClip("it is shorter than one frame")
    mel, energy = mel_features(heard, spec, recipe)
    pitch = track_pitch(heard, spec.sample_rate, frame_times(frames, spec, recipe))
    for name, values in (("mel", mel), ("pitch", pitch), ("energy", energy)):
        if not np.isfinite(values).all():
            raise BadClip(f"its {name} has numbers that are not finite")
    return Features(mel, pitch, energy, _whole_frames(quantized, frames * spec.hop_length))


@lru_cache(maxsize=2)
def _readers(settings: PrepareSettings) -> tuple[Frontend, UnitInventory]:
    """The frontend, and an inventory whose speakers are not yet known."""
    units = inventory(settings.language, (), kind=settings.unit_kind)
    return Frontend(settings.conventions), units


def _load(clip: Clip, settings: PrepareSettings) -> tuple[Float32, int]:
    """(N,) samples at the corpus's rate, and the file's rate in Hz."""
    try:
        samples, file_rate = read_audio(clip.audio)
    except AudioError as error:
        raise BadClip(str(error)) from None
    if len(samples) == 0:
        raise BadClip("it has no sound")
    if file_rate < 2 * settings.audio.fmax:
        raise BadClip(f"wrong rate: {file_rate} Hz, the mel bands need {2 * settings.audio.fmax:.0f} Hz or more")
    peak = float(np.abs(samples).max())
    if peak == 0.0:
        raise BadClip("it is silent")
    if (share := _clipped_share(samples, peak)) > _CLIPPED_SHARE:
        raise BadClip(f"it is clipped: {100 * share:.2f} % of its samples lie flat at the peak")
    return resample(samples, file_rate, settings.audio.sample_rate), file_rate


def _clipped_share(samples: Float32, peak: float) -> float:
    """Share of the samples that are one of three or more at the peak in a row."""
    flat = (np.abs(samples) >= 0.9999 * peak).astype(np.int8)
    bounds = np.flatnonzero(np.diff(flat, prepend=0, append=0))
    runs = bounds[1::2] - bounds[::2]
    return float(runs[runs >= _CLIPPED_RUN].sum() / len(samples))


def _cut(
    clip: Clip, settings: PrepareSettings, samples: Float32, line: str
) -> tuple[Float32, tuple[float, ...] | None]:
    """What is kept of the sound, and the seconds of its units where they are known."""
    rate = settings.audio.sample_rate
    if clip.durations_s:
        count, total = len(line.split()), sum(clip.durations_s)
        if len(clip.durations_s) != count:
            raise BadClip(f"{len(clip.durations_s)} durations for {count} units")
        if min(clip.durations_s) < 0 or abs(total - len(samples) / rate) > _LABEL_TOLERANCE_S:
            raise BadClip(f"its durations add up to {total:.3f} s, the sound has {len(samples) / rate:.3f} s")
        return samples, clip.durations_s
    if clip.labels is None:
        start, end = _bounds(samples, settings)
        if end <= start:
            raise BadClip("it is silent")
        lead, tail = int(settings.lead_s * rate), int(settings.tail_s * rate)
        return samples[max(0, start - lead) : end + tail], None
    units = parse_units(line)
    intervals = read_intervals(clip.labels)
    sounding = [i for i in intervals if i.label.lower() not in ("", "sil")]
    if not sounding:
        raise BadClip(f"its labels {clip.labels.name} have no phone")
    start_s = max(sounding[0].start_s - settings.lead_s, 0.0)
    end_s = min(sounding[-1].end_s + settings.tail_s, len(samples) / rate)
    if end_s <= start_s:
        raise BadClip(f"its labels {clip.labels.name} end after its sound")
    return samples[int(start_s * rate) : int(end_s * rate)], unit_seconds(intervals, units, start_s, end_s)


def _bounds(samples: Float32, settings: PrepareSettings) -> tuple[int, int]:
    if settings.trim_db is None:
        return speech_in_noise(samples, settings.audio.sample_rate)
    spec = settings.audio
    return speech_bounds(
        samples, frame_length=spec.win_length, hop_length=spec.hop_length, threshold_db=settings.trim_db
    )


def _check_length(settings: PrepareSettings, seconds: float, phones: int) -> None:
    if seconds < settings.min_s:
        raise BadClip(f"too short: {seconds:.2f} s, less than {settings.min_s} s")
    each = seconds / max(phones, 1)
    if each > settings.max_unit_s:
        raise BadClip(f"too long for its text: {seconds:.1f} s for {phones} phones")
    if settings.unit_kind == "symbols" and each < settings.min_unit_s:
        raise BadClip(f"too short for its text: {seconds:.1f} s for {phones} phones")
    if seconds > settings.max_s:
        raise BadClip(f"too long: {seconds:.1f} s, more than {settings.max_s} s (--longest)")


def _whole_frames(samples: npt.NDArray[np.int16], length: int) -> npt.NDArray[np.int16]:
    """(N,) samples cut, or padded with their own reflection, to a length."""
    missing = length - len(samples)
    if missing <= 0:
        return samples[:length]
    return np.pad(samples, (0, missing), mode="reflect" if missing < len(samples) else "constant")
