"""How a corpus is to be prepared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from langsong.audio.mel import Recipe
from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import Record, VoiceManifest
from langsong.errors import OptionError
from langsong.text.frontend import Conventions


def _spec(rate: int, hop: int, win: int, n_fft: int, n_mels: int, fmin: float, fmax: float) -> AudioSpec:
    return AudioSpec(sample_rate=rate, hop_length=hop, win_length=win, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax)


PRESETS: dict[str, tuple[Recipe, AudioSpec]] = {
    "22k": ("hifigan", _spec(22050, 256, 1024, 1024, 80, 0.0, 8000.0)),
    "kantts-8k": ("kantts", _spec(8000, 100, 600, 2048, 80, 0.0, 4000.0)),
    "kantts-16k": ("kantts", _spec(16000, 200, 1000, 2048, 80, 0.0, 8000.0)),
    "kantts-24k": ("kantts", _spec(24000, 240, 1024, 1024, 80, 50.0, 8000.0)),
    "kantts-48k": ("kantts", _spec(48000, 600, 2400, 4096, 128, 0.0, 12000.0)),
}
"""The universal HiFi-GAN's frames, and KAN-TTS's four (specification 3)."""


class PrepareSettings(Record):
    """Everything that decides what a prepared corpus is like.

    Attributes:
        audio, recipe: what is measured.
        language, unit_kind, conventions: how text is read.
        speaker, emotion: of clips whose corpus names none.
        everyone: the speaker of all clips, whoever the corpus names.
        level_dbfs: speech level that every clip is brought to, pauses left out (dB of full scale, RMS); None = its own.
        trim_db: silence is what is so far below the loudest frame; None = by the noise of the recording.
        lead_s, tail_s: silence that is kept before and after the speech.
        min_s, max_s: length of a usable clip, trimmed.
        min_unit_s, max_unit_s: mean time of a phone; beyond them text and recording do not belong together.
        least_voiced: share of the frames of a clip that have a pitch; where fewer have, nobody speaks.
        valid_share: of the clips are held out, at least one.
        seed: of the choice of those.
        on_bad: go on without bad clips, or stop at the first.
    """

    audio: AudioSpec
    recipe: Recipe
    language: str = "PinYin"
    unit_kind: Literal["symbols", "bytes"] = "symbols"
    conventions: Conventions = Conventions()
    speaker: str = "speaker"
    emotion: str = "neutral"
    everyone: str | None = None
    level_dbfs: Annotated[float, Field(le=-6, ge=-60)] | None = -22.5
    trim_db: Annotated[float, Field(gt=0)] | None = None
    lead_s: Annotated[float, Field(ge=0)] = 0.05
    tail_s: Annotated[float, Field(ge=0)] = 0.15
    min_s: Annotated[float, Field(gt=0)] = 0.3
    max_s: Annotated[float, Field(gt=0)] = 20.0
    min_unit_s: Annotated[float, Field(gt=0)] = 0.025
    max_unit_s: Annotated[float, Field(gt=0)] = 0.6
    least_voiced: Annotated[float, Field(ge=0, lt=1)] = 0.05
    valid_share: Annotated[float, Field(ge=0, lt=1)] = 0.02
    seed: int = 1234
    on_bad: Literal["skip", "stop"] = "skip"


def preset(name: str) -> PrepareSettings:
    """The settings of one of `PRESETS`.

    Raises:
        OptionError: there is none of that name.
    """
    if name not in PRESETS:
        raise OptionError(f"unknown preset {name!r}; there are {', '.join(PRESETS)}")
    recipe, audio = PRESETS[name]
    return _with_margins(PrepareSettings(audio=audio, recipe=recipe))


def settings_like(manifest: VoiceManifest) -> PrepareSettings:
    """The settings that make a corpus fit a voice: its frames, its conventions, its language."""
    # the universal vocoder takes mels as measured; published voices share one normalisation with their vocoder
    recipe: Recipe = "hifigan" if manifest.mel_to_vocoder is not None else "kantts"
    return _with_margins(
        PrepareSettings(
            audio=manifest.audio,
            recipe=recipe,
            language=manifest.units.language,
            unit_kind=manifest.units.kind,
            conventions=manifest.conventions,
        )
    )


def _with_margins(settings: PrepareSettings) -> PrepareSettings:
    """KAN-TTS cuts at the first and the last phone."""
    return settings if settings.recipe == "hifigan" else settings.model_copy(update={"lead_s": 0.0, "tail_s": 0.0})


def changed(settings: PrepareSettings, changes: Mapping[str, Any]) -> PrepareSettings:
    """`settings` with some fields changed; those whose value is None stay.

    Raises:
        OptionError: a value is out of range.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        return PrepareSettings.model_validate({**dict(settings), **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise OptionError(f"{first['loc'][0]}: {first['msg']}, not {first['input']!r}") from None
