"""One utterance, from units to samples, over a runtime."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from langsong.bundle.manifest import Normalization, VoiceManifest
from langsong.bundle.voice import Voice
from langsong.text.units import parse_units
from langsong.types import NEUTRAL, Float32, Int64, Unit, Utterance, WordTiming

from .acoustics import AcousticInput, AcousticModel, Plan
from .emotion import MOST, EmotionSpec
from .filled_pauses import FilledPauses
from .prosody import Controls
from .prosody_emphasis import emphasis_controls
from .resolve import ResolvedOptions
from .runtime.base import Runtime
from .speakers import SpeakerMix
from .timing import word_timings
from .vocoding import INNER_LENGTHS, Vocoding

OCTAVE_ST, OCTAVE_DB = 12.0, 20 * math.log10(2)
"""Semitones of F0 and dB of amplitude in a factor of two."""

UNFELT = "emotion_none"
"""Of breaks, in voices that were trained so."""


@dataclass(frozen=True)
class Speech:
    """An utterance about to be spoken.

    Attributes:
        words: seconds from the utterance's start.
        samples: total number.
        pause_s: how long the break at its end is.
        pieces: (n,) float32 each, as they are computed.
    """

    words: tuple[WordTiming, ...]
    samples: int
    pause_s: float
    pieces: Iterator[Float32]


class Pipeline:
    """A voice on a runtime. Thread-safe: what a request needs lives in the generators it gets."""

    def __init__(self, voice: Voice, runtime: Runtime) -> None:
        self.manifest: VoiceManifest = voice.manifest
        self.runtime = runtime
        self._voice = voice
        self._acoustics = AcousticModel(self.manifest.acoustic, runtime, self._filled_pauses())
        self._vocoding = Vocoding(self.manifest, runtime)

    @cached_property
    def _emotions(self) -> Float32:
        """(emotions, emotion_width)."""
        return self._voice.tensor("acoustic.emotion_embed.weight")

    @cached_property
    def _speakers(self) -> Float32:
        """(speakers, speaker_width)."""
        name = "speaker_vectors" if self.manifest.speaker_vectors else "acoustic.speaker_embed.weight"
        return self._voice.tensor(name)

    def _filled_pauses(self) -> FilledPauses | None:
        if not self.manifest.acoustic.filled_pause_inner:
            return None
        units = self.manifest.units
        style = f"$emotion_neutral${units.speakers[0]}"
        rows = []
        for onset, final in (("ge", "en_c"), ("ga", "a_c"), ("ge", "e_c")):
            line = (
                f"{{{onset}$tone5$s_begin$word_begin{style}}} {{{final}$tone5$s_end$word_end{style}}} "
                f"{{#3$tone_none$s_none$word_none{style}}}"
            )
            rows.append(units.encode(parse_units(line)).ids)
        return FilledPauses(np.stack(rows))

    def _controls(self, utterance: Utterance, options: ResolvedOptions) -> Controls:
        last_frames = None
        if options.sentence_pause is not None and utterance.units[-1].is_break:
            last_frames = round(options.sentence_pause * self.manifest.audio.frame_rate)
        return Controls(
            speed=options.speed,
            pitch_shift=_shift(options.pitch, self.manifest.pitch, OCTAVE_ST),
            pitch_range=options.pitch_range,
            energy_shift=_shift(options.energy, self.manifest.energy, OCTAVE_DB),
            last_frames=last_frames,
            spoken=np.array([not unit.is_break for unit in utterance.units]),
            units=emphasis_controls(
                utterance,
                lambda semitones: _shift(semitones, self.manifest.pitch, OCTAVE_ST),
                lambda decibels: _shift(decibels, self.manifest.energy, OCTAVE_DB),
            ),
        )

    def acoustic_input(self, utterance: Utterance, options: ResolvedOptions) -> AcousticInput:
        """An utterance as the acoustic model reads it.

        Raises:
            UnitError: the voice does not have one of the units.
        """
        encoded = self.manifest.units.encode(utterance.units)
        return AcousticInput(
            ids=encoded.ids,
            emotion=self._emotion_rows(utterance.units, encoded.emotions, options.emotion, options.intensity),
            speaker=self._speaker_rows(utterance.units, encoded.speakers, options.speaker),
            controls=self._controls(utterance, options),
        )

    def _emotion_rows(
        self, units: tuple[Unit, ...], index: Int64, spec: EmotionSpec | None, intensity: float
    ) -> Float32:
        """(T, emotion_width): what the request feels, and of units that say ``emotion_none`` their own."""
        names = self.manifest.units.emotions
        rows: Float32 = self._emotions[index]
        if spec is None:
            neutral = self._emotions[names.index(NEUTRAL)]
            apart: Float32 = neutral + np.float32(min(intensity, MOST)) * (rows - neutral)
            return apart
        felt = np.array([unit.emotion != UNFELT for unit in units])
        return np.where(felt[:, None], spec.row(self._emotions, names, intensity), rows)

    def _speaker_rows(self, units: tuple[Unit, ...], index: Int64, speaker: SpeakerMix) -> Float32:
        """(T, speaker_width): the request's speakers, and of units that name another theirs."""
        if self.manifest.speaker_vectors:
            row = speaker.row(self._speakers, [s.id for s in self.manifest.speakers])
            return np.tile(row, (len(units), 1))
        row = speaker.row(self._speakers, self.manifest.units.speakers)
        own = np.array([unit.speaker == speaker.main for unit in units])
        return np.where(own[:, None], row, self._speakers[index])

    def _chunks(self) -> Iterator[int]:
        """Decoder steps to take at a time: each lets the vocoder speak one more, longer window."""
        step = self.manifest.acoustic.frames_per_step
        ahead = self.manifest.acoustic.postnet.context[1] + self.manifest.vocoder.context_frames[1]
        for frames in (INNER_LENGTHS[0] + ahead, *INNER_LENGTHS[1:]):
            yield -(-frames // step)
        while True:
            yield -(-INNER_LENGTHS[-1] // step)

    def speak(self, wanted: Sequence[tuple[Utterance, ResolvedOptions]], *, early: bool) -> list[Speech]:
        """Predict the prosody of utterances; samples are computed as `Speech.pieces` is read.

        Args:
            wanted: what to say, and how. The frames of several utterances are computed at once, each as it would be
                alone, within rounding.
            early: speak the first piece as soon as possible, rather than all of it at the least cost; of one alone.
        """
        acoustics, config = self._acoustics, self.manifest.acoustic
        plan = acoustics.plan([self.acoustic_input(utterance, options) for utterance, options in wanted])
        chunks = self._chunks() if early else itertools.repeat(-(-INNER_LENGTHS[-1] // config.frames_per_step))
        mels = acoustics.refine(plan, acoustics.decode(plan, chunks))
        if len(wanted) == 1:
            pieces = (mel[0] for mel in mels)
            return [self._speech(plan, 0, wanted[0][0], pieces if early else whole(pieces))]
        together = np.concatenate(list(mels), axis=1)
        return [
            self._speech(plan, i, utterance, iter([together[i, : int(plan.frames[i])]]))
            for i, (utterance, _) in enumerate(wanted)
        ]

    def _speech(self, plan: Plan, index: int, utterance: Utterance, mels: Iterator[Float32]) -> Speech:
        total = int(plan.frames[index])
        frame_s = 1.0 / self.manifest.audio.frame_rate
        words = word_timings(utterance, plan.durations[index], plan.origins[index], frame_s)
        pause_s = int(plan.durations[index][-1]) * frame_s if utterance.units[-1].is_break else 0.0
        samples = self._vocoding.samples(mels, total)
        return Speech(words, total * self.manifest.audio.hop_length, pause_s, samples)


def whole(pieces: Iterator[Float32]) -> Iterator[Float32]:
    """All pieces in one, when they are asked for."""
    yield np.concatenate(list(pieces))


def _shift(amount: float, scale: Normalization | None, octave: float) -> float:
    """A change of pitch or energy as a normalised value, 0 where its scale is unknown (a linear one: at its mean).

    Args:
        amount: on a logarithmic scale on which a factor of two is `octave`.
    """
    if scale is None or not amount:
        return 0.0
    if scale.scale == "log":
        return amount / octave * math.log(2) / scale.std
    return (2 ** (amount / octave) - 1) * scale.mean / scale.std
