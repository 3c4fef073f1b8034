"""Tasks, what comes of them, and whoever speaks them: plain data and one callable, for threads as for a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from langsong.audio.encode import encode, format_named
from langsong.audio.loudness import speech_level
from langsong.engine.emotion_names import is_emotion
from langsong.engine.options import SPEED_RANGE, SynthesisOptions
from langsong.engine.pool import Voices
from langsong.engine.subtitles import Transcript
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import LangsongError
from langsong.text.document import Passage
from langsong.text.lexicon import UserLexicon
from langsong.text.script import parse_script
from langsong.types import AudioChunk, join_chunks

from .request import FASTEST, BatchRequest, read_request

_VOICES_KEPT = 4


@dataclass(frozen=True)
class Task:
    """One item to be spoken. JSON and pickle can carry it.

    Attributes:
        key: the item's name in the job.
        digest: of all that its result depends on.
        request: as `read_request` takes it.
    """

    key: str
    digest: str
    request: dict[str, Any]


@dataclass(frozen=True)
class Spoken:
    """The result of a task, made anywhere; nothing is written yet.

    Attributes:
        audio: a whole file, labelled.
        suffix: of that file, with its dot.
        seconds: of speech.
        facts: for the file beside it: text, times of words, level, notices …
    """

    key: str
    digest: str
    audio: bytes
    suffix: str
    seconds: float
    facts: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """A task that cannot be done, and why, in one line."""

    key: str
    digest: str
    error: str


Outcome = Spoken | Failed


@dataclass(frozen=True)
class SpeakerSetup:
    """How to open voices, wherever that is.

    Attributes:
        lexicon: path of a file of readings, or None.
        placement: runtime, device, precision, threads, batch and cache_bytes for `Synthesizer.open`.
    """

    lexicon: str | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)


class Speaker:
    """Does tasks; thread-safe. Voices are opened when first needed."""

    def __init__(self, setup: SpeakerSetup = SpeakerSetup()) -> None:
        lexicon = None if setup.lexicon is None else UserLexicon.load(Path(setup.lexicon))
        self._voices = Voices(
            _VOICES_KEPT,
            lambda name, device: Synthesizer.open(
                name, device=device, lexicon=lexicon, **{k: v for k, v in setup.placement.items() if k != "device"}
            ),
        )
        self._device = str(setup.placement.get("device", "auto"))

    def voice(self, name: str | None = None) -> Synthesizer:
        """The voice, opened; errors as `Synthesizer.open`."""
        return self._voices.get(name, self._device)

    def __call__(self, task: Task) -> Outcome:
        """Do a task. What is wrong with it makes it `Failed`, whatever it is: others are waiting."""
        try:
            return self._speak(task)
        except LangsongError as error:
            return Failed(task.key, task.digest, str(error))
        except Exception as error:  # noqa: BLE001 - one poisonous text must not end the job
            return Failed(task.key, task.digest, " ".join(f"{type(error).__name__}: {error}".split()))

    def _speak(self, task: Task) -> Spoken:
        request = read_request(task.request)
        synthesizer = self.voice(request.voice)
        text = parse_script(request.text, is_emotion) if request.script else request.text
        options = request.options
        transcript, audio = _say(synthesizer, text, options)
        if request.slot_s is not None and audio.duration_s > request.slot_s:
            transcript, audio = _say(synthesizer, text, _hurried(options, synthesizer, audio, request.slot_s))
        level = speech_level(audio.samples, audio.sample_rate)
        peak = float(np.abs(audio.samples).max(initial=0.0))
        format = format_named(request.format)
        facts = {
            **_asked(request),
            "voice": synthesizer.voice.name,
            "sample_rate": audio.sample_rate,
            "samples": len(audio.samples),
            "level_dbfs": round(level, 2) if np.isfinite(level) else None,
            "peak": round(peak, 4),
            "notices": [notice.message for notice in audio.notices],
            **transcript.as_dict(),
        }
        sound = encode(audio.samples, audio.sample_rate, format.name)
        return Spoken(task.key, task.digest, sound, format.suffixes[0], audio.duration_s, facts)


def _asked(request: BatchRequest) -> dict[str, Any]:
    given = request.model_dump(mode="json", exclude={"id", "reference_audio"}, exclude_unset=True)
    return {"text": given.pop("text"), "request": given}


def _say(
    synthesizer: Synthesizer, text: str | tuple[Passage, ...], options: SynthesisOptions
) -> tuple[Transcript, AudioChunk]:
    transcript = Transcript()
    chunks: Iterator[AudioChunk] = transcript.of(synthesizer.stream(text, options, early=False))
    return transcript, join_chunks(list(chunks), options.sample_rate or synthesizer.sample_rate)


def _hurried(options: SynthesisOptions, synthesizer: Synthesizer, audio: AudioChunk, slot_s: float) -> SynthesisOptions:
    """The options with the speed that brings the speech into its slot, as far as may be."""
    factor = min(1.02 * audio.duration_s / slot_s, FASTEST)  # pauses of sentences do not shrink with the rest
    usual = options.speed if options.speed is not None else synthesizer.voice.manifest.defaults.speed
    return options.model_copy(update={"speed": min(usual * factor, SPEED_RANGE[1])})
