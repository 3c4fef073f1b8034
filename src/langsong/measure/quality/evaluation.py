"""A voice's speech, judged by machines: what is understood, whose voice it is, how far it is from recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from langsong.audio.files import read_audio
from langsong.engine.synthesizer import Synthesizer
from langsong.train.prepare.clips import Clip
from langsong.types import AudioChunk, Float32

from .asr import Recognizer
from .distance import Distance, distance
from .dnsmos import Dnsmos, DnsmosScorer
from .intelligibility import Errors, compare
from .similarity import SpeakerEncoder


@dataclass(frozen=True)
class Instruments:
    """What measures; None is not measured."""

    recognizer: Recognizer | None = None
    dnsmos: DnsmosScorer | None = None
    speakers: SpeakerEncoder | None = None


@dataclass(frozen=True)
class Task:
    """A sentence to say, and the recording to compare it with, if there is one."""

    text: str
    recording: Clip | None = None


@dataclass(frozen=True)
class Trial:
    """One sentence, said and judged.

    Attributes:
        similarity: cosine of its speaker vector and that of all the recordings.
        phone_error_s: mean absolute difference of the phones' durations from those that the recording brings.
    """

    task: Task
    audio: AudioChunk
    heard: str
    errors: Errors | None
    dnsmos: Dnsmos | None
    similarity: float | None
    distance: Distance | None
    phone_error_s: float | None

    def as_record(self) -> dict[str, Any]:
        """For JSON, without the sound."""
        record: dict[str, Any] = {"said": self.task.text, "heard": self.heard}
        if self.errors is not None:
            record |= asdict(self.errors)
        for part in (self.dnsmos, self.distance):
            record |= asdict(part) if part is not None else {}
        for name in ("similarity", "phone_error_s"):
            if (value := getattr(self, name)) is not None:
                record[name] = value
        return record


def tasks_of(recordings: Sequence[Clip], count: int) -> list[Task]:
    """The first `count` recordings that have a text, as tasks."""
    return [Task(clip.text, clip) for clip in recordings if clip.text.strip()][:count]


def run_trials(
    synthesizer: Synthesizer,
    tasks: Sequence[Task],
    instruments: Instruments,
    *,
    speaker: str,
    emotion: str | None = None,
) -> Iterator[Trial]:
    """Say and judge the tasks, one at a time.

    Raises:
        AudioError: a recording cannot be read.
        OptionError: the voice has no such speaker or emotion.
    """
    recordings = {t.recording.audio: read_audio(t.recording.audio) for t in tasks if t.recording is not None}
    target = None
    if instruments.speakers is not None and recordings:
        target = instruments.speakers.embed_speaker(recordings.values())
    for task in tasks:
        audio = synthesizer.say(task.text, speaker=speaker, emotion=emotion)
        recording = recordings[task.recording.audio] if task.recording is not None else None
        yield _judge(task, audio, recording, target, instruments)


def _judge(
    task: Task,
    audio: AudioChunk,
    recording: tuple[Float32, int] | None,
    target: Float32 | None,
    instruments: Instruments,
) -> Trial:
    heard, errors, dnsmos, similarity = "", None, None, None
    if instruments.recognizer is not None:
        heard = instruments.recognizer.transcribe(audio.samples, audio.sample_rate)
        errors = compare(task.text, heard)
    if instruments.dnsmos is not None:
        dnsmos = instruments.dnsmos.score(audio.samples, audio.sample_rate)
    if instruments.speakers is not None and target is not None:
        similarity = float(instruments.speakers.embed(audio.samples, audio.sample_rate) @ target)
    apart = distance(audio.samples, audio.sample_rate, *recording) if recording is not None else None
    return Trial(task, audio, heard, errors, dnsmos, similarity, apart, _phone_error(task, audio))


def _phone_error(task: Task, audio: AudioChunk) -> float | None:
    """None where the recording brings no durations, or was read with other phones."""
    if task.recording is None or not task.recording.durations_s:
        return None
    from langsong.text.units import parse_units

    units = parse_units(task.recording.units)
    wanted = [(u.phone, s) for u, s in zip(units, task.recording.durations_s, strict=False) if not u.is_break]
    said = [(p.phone, p.end_s - p.start_s) for word in audio.words for p in word.phones if not p.phone.startswith("#")]
    if [phone for phone, _ in wanted] != [phone for phone, _ in said]:
        return None
    return float(np.mean([abs(a - b) for (_, a), (_, b) in zip(said, wanted, strict=True)]))


def summary(trials: Sequence[Trial]) -> dict[str, Any]:
    """Error rates over all sentences, and the means of the rest; what was not measured is left out."""
    found: dict[str, Any] = {"sentences": len(trials)}
    errors = [trial.errors for trial in trials if trial.errors is not None]
    if errors:
        found |= sum(errors, Errors()).rates
    values: dict[str, list[float]] = {}
    for trial in trials:
        for name, value in trial.as_record().items():
            if isinstance(value, float):
                values.setdefault(name, []).append(value)
    found |= {name: float(np.mean(numbers)) for name, numbers in values.items()}
    if "duration_ratio" in values:
        found["duration_error"] = float(np.mean(np.abs(np.array(values["duration_ratio"]) - 1)))
    return found


def references(source: Path) -> list[Clip]:
    """The recordings of a corpus, see `langsong.train.prepare.layouts`.

    Raises:
        CorpusError: there is none.
    """
    from langsong.train.prepare.layouts import read_corpus

    return read_corpus(source).clips
