"""The label of generated content: what China's GB 45438-2025 wants in a file's metadata.

Appendix E of the standard: a field whose name contains ``AIGC``, with the string
``{"AIGC":{"Label":"1","ContentProducer":…,"ProduceID":…,"ReservedCode1":…,"ContentPropagator":…,"PropagateID":…,
"ReservedCode2":…}}``. Where each format keeps the field: `langsong.audio.label_containers`.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

from langsong.audio.label_containers import FIELD, find_field
from langsong.errors import AudioError

HEADER = "X-AIGC"
"""The HTTP header that carries the label, for sound without a header of its own."""

PRODUCER_VARIABLE = "LANGSONG_CONTENT_PRODUCER"
DEFAULT_PRODUCER = "langsong"

_KEYS = {
    "label": "Label",
    "content_producer": "ContentProducer",
    "produce_id": "ProduceID",
    "reserved_code1": "ReservedCode1",
    "content_propagator": "ContentPropagator",
    "propagate_id": "PropagateID",
    "reserved_code2": "ReservedCode2",
}
_VALUE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # appendix E j)


@dataclass(frozen=True, slots=True)
class ContentLabel:
    """The seven values, all strings.

    Attributes:
        label: ``1`` the content is generated, ``2`` may be, ``3`` is suspected to be.
        content_producer: name or code of the service that generated it.
        produce_id: its number for this content, unique with the producer.
        reserved_code1: the producer's own means of integrity, such as a signature.
        content_propagator: name or code of the service that spreads it.
        propagate_id: that one's number for it.
        reserved_code2: that one's means of integrity.
    """

    label: str
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""

    @classmethod
    def new(cls, producer: str | None = None) -> ContentLabel:
        """For content generated now, with a number that nothing else has.

        Args:
            producer: name or code of who answers for it; None means ``$LANGSONG_CONTENT_PRODUCER`` or ``langsong``.

        Raises:
            AudioError: the producer has characters that the standard does not allow.
        """
        made = cls("1", producer or os.environ.get(PRODUCER_VARIABLE) or DEFAULT_PRODUCER, uuid.uuid4().hex)
        if faults := made.faults():
            raise AudioError(f"the content label cannot be written: {faults[0]}")
        return made

    def faults(self) -> list[str]:
        """What the standard forbids in it, one line each; none if it is valid."""
        values = self.as_dict()
        found = [f"{key} is empty" for key in ("ContentProducer", "ProduceID") if not values[key]]
        if self.label not in ("1", "2", "3"):
            found.append(f"Label is {self.label!r}, not 1, 2 or 3")
        for key, value in values.items():
            if not _VALUE.fullmatch(value):
                found.append(f'{key} is {value!r}: printable ASCII without space, " and \\ is allowed')
        return found

    def as_dict(self) -> dict[str, str]:
        """The values by the standard's names, in its order."""
        return {key: getattr(self, name) for name, key in _KEYS.items()}

    def __str__(self) -> str:
        """As it is written to files; ASCII."""
        return json.dumps({FIELD: self.as_dict()}, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> ContentLabel:
        """From a file's field: the standard's form, or the bare inner object that some programs write.

        Raises:
            AudioError: it is not such JSON, or lacks one of the seven values.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            raise AudioError(f"the content label is not JSON: {text[:80]!r}") from None
        if isinstance(values, Mapping) and len(values) == 1:
            ((name, inner),) = values.items()
            values = inner if name.upper() == FIELD else values
        if not isinstance(values, Mapping):
            raise AudioError(f"the content label is not a JSON object: {text[:80]!r}")
        missing = [key for key in _KEYS.values() if not isinstance(values.get(key), str)]
        if missing:
            raise AudioError(f"the content label lacks {', '.join(missing)}: {text[:80]!r}")
        return cls(*(values[_KEYS[field.name]] for field in fields(cls)))


def read_label(source: str | os.PathLike[str] | BinaryIO) -> ContentLabel | None:
    """The label of a wav, flac, mp3, Ogg Opus or Ogg Vorbis file; None if it has none.

    Raises:
        AudioError: the file cannot be read, or what it has is no label.
    """
    if not isinstance(source, (str, os.PathLike)):
        text = find_field(source)
    else:
        try:
            with Path(source).open("rb") as file:
                text = find_field(file)
        except OSError as error:
            raise AudioError(f"cannot read {source}: {error.strerror}; check the path") from error
    return None if text is None else ContentLabel.parse(text)
