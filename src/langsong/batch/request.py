"""What one item of a job asks for: a line of a manifest, or a paragraph of a book."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field

from langsong.audio.encode import format_named
from langsong.engine.options import SynthesisOptions
from langsong.errors import AudioError, OptionError

NAME = r"[^\W_][\w.\-]{0,99}"
"""Of an item, and so of its files."""


def _known_format(name: str) -> str:
    try:
        return format_named(name).name
    except AudioError as error:
        raise ValueError(str(error)) from None


class BatchRequest(SynthesisOptions):
    """A request with all that an item can say. Text alone is needed.

    Attributes:
        id: name of its files; None = its number.
        text: plain, with marks, or SSML.
        script: `text` is a script (`langsong.text.script`).
        voice: installed voice or bundle folder; None = the embedded one.
        format: of the audio file.
        slot_s: seconds that the speech may last: what is longer is spoken faster, up to `FASTEST` times.
    """

    id: Annotated[str, Field(pattern=rf"^{NAME}$")] | None = None
    text: Annotated[str, Field(min_length=1)]
    script: bool = False
    voice: str | None = None
    format: Annotated[str, AfterValidator(_known_format)] = "wav"
    slot_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @property
    def options(self) -> SynthesisOptions:
        """Those of the synthesis."""
        return SynthesisOptions(**self.model_dump(include=set(SynthesisOptions.model_fields), exclude_unset=True))


FASTEST = 1.6
"""As far as speech is hurried to fit its slot."""


def read_request(values: Mapping[str, Any]) -> BatchRequest:
    """A request from JSON; a string as `reference_audio` may be the path of a recording.

    Raises:
        OptionError: an unknown key, or a value that cannot be.
        AudioError: the recording cannot be read.
    """
    return cast(BatchRequest, BatchRequest.parse(values, local=True))


def check_request(values: Mapping[str, Any]) -> BatchRequest:
    """The same without reading the recording, which may be large and one of thousands.

    Raises:
        OptionError: as `read_request`, or the recording is not there.
    """
    given = values.get("reference_audio")
    if isinstance(given, str) and not given.startswith("data:") and len(given) < 1000 and not Path(given).is_file():
        raise OptionError(f"reference_audio: there is no file {given}")
    return read_request({name: value for name, value in values.items() if name != "reference_audio"})


def digest_of(values: Mapping[str, Any], *ingredients: str) -> str:
    """A name for all that a result depends on: the request and, of its recording, size and time.

    Args:
        ingredients: what else it depends on: the voice's fingerprint, the lexicon's.
    """
    status = []
    given = values.get("reference_audio")
    if isinstance(given, str) and len(given) < 1000 and Path(given).is_file():
        found = Path(given).stat()
        status = [found.st_size, found.st_mtime_ns]
    parts = [{name: value for name, value in values.items() if name != "id"}, status, ingredients]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
