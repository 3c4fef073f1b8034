"""What the page's controls say, and what that asks of a voice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from langsong.audio.files import read_audio
from langsong.bundle.manifest import VoiceManifest
from langsong.engine.emotion_names import EIGHT
from langsong.engine.emotion_recording import Recording
from langsong.engine.options import SynthesisOptions
from langsong.errors import OptionError

Feeling = Literal["voice", "name", "sliders", "description", "recording"]
"""Which of the controls says the emotion."""

SHOWN_PAUSE_S = 0.4
"""Where a voice pauses as it likes, until somebody moves the slider."""


class Form(BaseModel):
    """The state of the controls, as it is kept in the history and in presets.

    Attributes:
        voice: name of an installed voice.
        speaker, second, share: a speaker, and one that is blended in with a share of 0-1; empty = nobody.
        feeling: what says the emotion; only that counts.
        emotion: one of the voice's.
        happy … calm: shares of the eight emotions, 0-1.
        description: in words.
        recording: path of an audio file.
        (the others as in `SynthesisOptions`)
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    voice: str = ""
    speaker: str = ""
    second: str = ""
    share: float = 0.3
    feeling: Feeling = "voice"
    emotion: str = "neutral"
    happy: float = 0.0
    angry: float = 0.0
    sad: float = 0.0
    afraid: float = 0.0
    disgusted: float = 0.0
    melancholic: float = 0.0
    surprised: float = 0.0
    calm: float = 0.0
    description: str = ""
    recording: str | None = None
    intensity: float = 1.0
    speed: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 1.0
    energy: float = 0.0
    volume: float = 0.0
    pause: float = SHOWN_PAUSE_S
    audible_label: bool = False

    @classmethod
    def of_voice(cls, voice: VoiceManifest) -> Form:
        """As a voice speaks by itself."""
        defaults = voice.defaults
        pause = defaults.sentence_pause_s
        return cls(
            voice=voice.name,
            speaker=defaults.speaker,
            emotion=defaults.emotion,
            speed=defaults.speed,
            pause=SHOWN_PAUSE_S if pause is None else pause,
        )

    def fitted(self, voice: VoiceManifest) -> Form:
        """The same for a voice that may lack its speakers and emotion: then the voice's own."""
        speakers = {speaker.id for speaker in voice.speakers}
        own = Form.of_voice(voice)
        return self.model_copy(
            update={
                "voice": voice.name,
                "speaker": self.speaker if self.speaker in speakers else own.speaker,
                "second": self.second if self.second in speakers else "",
                "emotion": self.emotion if self.emotion in voice.emotions else own.emotion,
            }
        )

    def options(self, voice: VoiceManifest, longest_s: float = math.inf) -> SynthesisOptions:
        """What is asked of the voice; what stands as the voice has it is not asked for.

        Args:
            voice: which is to speak.
            longest_s: of the recording.

        Raises:
            OptionError: a value is out of range.
            AudioError: the recording cannot be read, or is too long.
        """
        own = Form.of_voice(voice)
        plain = ("speed", "pitch", "pitch_range", "energy", "volume", "intensity")
        wanted: dict[str, Any] = {
            name: getattr(self, name) for name in plain if getattr(self, name) != getattr(own, name)
        }
        if self.pause != own.pause:
            wanted["sentence_pause"] = self.pause
        return SynthesisOptions.parse({**wanted, "speaker": self._speaker(), **self._emotion(own, longest_s)})

    def _speaker(self) -> str | dict[str, float] | None:
        if not self.second or self.second == self.speaker or not self.share:
            return self.speaker or None
        return {self.speaker: 1.0 - self.share, self.second: self.share}

    def _emotion(self, own: Form, longest_s: float) -> dict[str, Any]:
        if self.feeling == "name" and self.emotion != own.emotion:
            return {"emotion": self.emotion}
        if self.feeling == "sliders":
            return {"emotion": [getattr(self, name) for name in EIGHT]}
        if self.feeling == "description" and self.description.strip():
            return {"emotion_text": self.description.strip()}
        if self.feeling == "recording" and self.recording:
            return {"reference_audio": Recording(*read_audio(self.recording, longest_s))}
        return {}

    def preset(self) -> Form:
        """What is worth keeping under a name: all but the recording, whose file does not last."""
        feeling: Feeling = "voice" if self.feeling == "recording" else self.feeling
        return self.model_copy(update={"recording": None, "feeling": feeling})


FIELDS = tuple(Form.model_fields)
"""The order in which controls are handed over."""


def form_of(values: Sequence[Any]) -> Form:
    """From the controls' values in the order of `FIELDS`; those that somebody emptied are as if untouched.

    Raises:
        OptionError: they are not of the controls.
    """
    try:
        return Form.model_validate({name: v for name, v in zip(FIELDS, values, strict=True) if v is not None})
    except ValueError as error:
        raise OptionError(f"these are no settings of the page, load it anew: {str(error).splitlines()[0]}") from None
