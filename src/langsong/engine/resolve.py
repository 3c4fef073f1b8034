"""A request's options with the voice's defaults put in, and everything checked against the voice."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from langsong.bundle.manifest import VoiceManifest
from langsong.errors import OptionError
from langsong.types import Notice

from .emotion import HEARD, EmotionSpec, HeardRow, combined, emotion_spec
from .emotion_description import Describer, Description, describe
from .emotion_reference import Heard
from .mixture import parse_shares
from .options import ENERGY_RANGE, EXCURSION_RANGE, PITCH_RANGE, SPEED_RANGE, SynthesisOptions
from .speakers import SpeakerMix, speaker_mix


class ResolvedOptions(BaseModel):
    """What is to be done for one voice.

    Attributes:
        emotion: None: as each unit says.
        notices: what is done otherwise than asked for.
        (the others as in `SynthesisOptions`)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: SpeakerMix
    emotion: EmotionSpec | None
    intensity: float
    speed: float
    pitch: float
    pitch_range: float
    energy: float
    volume: float
    sentence_pause: float | None
    sample_rate: int
    notices: tuple[Notice, ...] = ()

    @property
    def category(self) -> str:
        """The emotion of units that can have one only, as they write it."""
        return f"emotion_{(self.emotion or EmotionSpec()).category}"


def resolve(
    options: SynthesisOptions,
    voice: VoiceManifest,
    *,
    heard: Heard | None = None,
    describer: Describer = describe,
) -> ResolvedOptions:
    """Put the voice's defaults in.

    Args:
        options: what is wanted.
        voice: the voice.
        heard: the emotion of `options.reference_audio`.
        describer: understands `options.emotion_text`.

    Raises:
        OptionError: the voice lacks the speaker or emotion, or cannot change its pitch or energy.
    """
    defaults = voice.defaults
    described = describer(options.emotion_text) if options.emotion_text else Description()
    named = dict(parse_shares(options.emotion)) if options.emotion else None
    row = _heard_row(heard, voice)
    felt = None if heard is None else heard.posterior if row is None else {HEARD: 1.0}
    weights = combined(named, described.weights, felt)
    if weights is None:
        weights = {defaults.emotion: 1.0}
    spec, notices = emotion_spec(weights, voice.emotions, voice.name, row)
    for name, wanted, known in (("pitch", options.pitch, voice.pitch), ("energy", options.energy, voice.energy)):
        if wanted and known is None:
            raise OptionError(f"the voice {voice.name} does not say how its {name} was normalised: leave {name} at 0")
    hints = described.hints
    return ResolvedOptions(
        speaker=speaker_mix(options.speaker or defaults.speaker, [s.id for s in voice.speakers], voice.name),
        emotion=spec,
        intensity=_given(options.intensity, 1.0),
        speed=_within(_given(options.speed, defaults.speed) * hints.speed, SPEED_RANGE),
        pitch=_within((options.pitch or 0.0) + (hints.pitch if voice.pitch else 0.0), PITCH_RANGE),
        pitch_range=_within(_given(options.pitch_range, 1.0) * hints.pitch_range, EXCURSION_RANGE),
        energy=_within((options.energy or 0.0) + (hints.energy if voice.energy else 0.0), ENERGY_RANGE),
        volume=_given(options.volume, 0.0),
        sentence_pause=_given(options.sentence_pause, defaults.sentence_pause_s),
        sample_rate=_given(options.sample_rate, voice.audio.sample_rate),
        notices=(*described.notices, *(heard.notices if heard else ()), *notices),
    )


def _heard_row(heard: Heard | None, voice: VoiceManifest) -> HeardRow | None:
    if heard is None or heard.row is None:
        return None
    likeliest = max(heard.posterior, key=lambda name: heard.posterior[name])
    return HeardRow(tuple(heard.row.tolist()), emotion_spec({likeliest: 1.0}, voice.emotions, voice.name)[0].category)


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
