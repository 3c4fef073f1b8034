"""What clients send. Every body extends `SynthesisOptions`, so that all surfaces take the same options."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from langsong.audio.encode import FORMATS
from langsong.engine.options import SynthesisOptions


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; there are {', '.join(FORMATS)}")
    return name


FormatName = Annotated[str, AfterValidator(_known_format), Field(json_schema_extra={"enum": list(FORMATS)})]


class Options(SynthesisOptions):
    """Options that come over a network."""

    def options(self) -> SynthesisOptions:
        """They alone, checked.

        Raises:
            OptionError: one is out of range.
        """
        given = self.model_dump(include=set(SynthesisOptions.model_fields), exclude_unset=True)
        return SynthesisOptions.parse(given)


class Speech(Options):
    """A request for speech.

    Attributes:
        text: plain, with marks, or SSML.
        voice: name of an installed voice; None = the server's default.
        format: of the audio.
        audible_label: begin with the rhythm that says that the speech is generated; None = as the server is set.
    """

    text: Annotated[str, Field(min_length=1)]
    voice: str | None = None
    format: FormatName = "wav"
    audible_label: bool | None = None


class SpeechNow(Speech):
    """A request that is answered with the speech.

    Attributes:
        stream: send audio while it is computed.
        stream_format: "audio", or "sse" for events with audio and the times of words.
    """

    stream: bool = False
    stream_format: Literal["audio", "sse"] = "audio"


class Text(BaseModel):
    """A text to be analysed.

    Attributes:
        text: plain, with marks, or SSML.
        voice: whose reading; None = the server's default.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    voice: str | None = None
