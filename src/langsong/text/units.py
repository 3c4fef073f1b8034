"""The acoustic model's input symbols: their text form, and their ids in a voice's inventory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Literal, NamedTuple, TypedDict

import numpy as np

from langsong.errors import OptionError, UnitError
from langsong.text.once import once
from langsong.types import Int64, Unit

_BYTE = re.compile(r"\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]", re.ASCII)
_FORM = "{phone$tone$syllable$word$emotion$speaker} or {byte$emotion$speaker}"


def parse_units(line: str) -> tuple[Unit, ...]:
    """Read ``{t_c$tone1$s_begin$word_begin$emotion_neutral$F7} {…}`` or ``{228$emotion_neutral$F7} {…}``.

    An ``id<TAB>`` in front is skipped. Only the speaker may be empty (voices with speaker vectors).

    Raises:
        UnitError: a unit is malformed, or bytes and symbols are mixed; `position` counts units from 0.
    """
    head, tab, rest = line.partition("\t")
    body = rest if tab and not head.startswith("{") else line
    units = tuple(_parse_unit(token, position) for position, token in enumerate(body.split()))
    for position, unit in enumerate(units):
        if _is_byte(unit) != _is_byte(units[0]):
            raise UnitError(f"unit {position} ({unit.phone}): a line has either bytes or symbols", position)
    return units


def _parse_unit(token: str, position: int) -> Unit:
    fields = token[1:-1].split("$")
    if token[:1] == "{" and token[-1:] == "}" and not re.search("[{}]", token[1:-1]) and all(fields[:-1]):
        if len(fields) == 6:
            return Unit(*fields)
        if len(fields) == 3 and _BYTE.fullmatch(fields[0]):
            return byte_unit(int(fields[0]), fields[1], fields[2])
    raise UnitError(f"unit {position} is {token!r}: write {_FORM}", position)


def format_units(units: Iterable[Unit]) -> str:
    """The text form that `parse_units` reads, without id."""
    return " ".join(
        f"{{{unit.phone}${unit.emotion}${unit.speaker}}}" if _is_byte(unit) else str(unit) for unit in units
    )


def byte_unit(value: int, emotion: str, speaker: str) -> Unit:
    """The unit of one UTF-8 byte (0-255), for voices that read bytes."""
    return Unit(str(value), "", "", "", emotion, speaker)


def _is_byte(unit: Unit) -> bool:
    return not (unit.tone or unit.syllable or unit.word)


class StreamIds(NamedTuple):
    """A number for each of the six streams of ids (0 for a stream that the inventory has not)."""

    phone: int
    tone: int
    syllable: int
    word: int
    emotion: int
    speaker: int


@dataclass(frozen=True, slots=True)
class EncodedUnits:
    """Units as ids.

    Attributes:
        ids: (T, 4) phone, tone, syllable flag and word segment; (T, 1) for bytes.
        emotions: (T,)
        speakers: (T,); zeros for a voice without a table of speakers.
    """

    ids: Int64
    emotions: Int64
    speakers: Int64


@dataclass(frozen=True)
class UnitInventory:
    """The values that a voice's units can have, in the order of their ids.

    After each stream's values come the ids of ``_`` (padding), ``~`` (end) and, if `has_mask`,
    ``@[MASK]``. `tones`, `syllables` and `words` are empty when `kind` is ``"bytes"``; `speakers` is
    empty for voices that take speaker vectors.

    Raises:
        ValueError: a stream has a value twice.
    """

    phones: tuple[str, ...]
    tones: tuple[str, ...]
    syllables: tuple[str, ...]
    words: tuple[str, ...]
    emotions: tuple[str, ...]
    speakers: tuple[str, ...]
    has_mask: bool = True
    language: str = "PinYin"
    kind: Literal["symbols", "bytes"] = "symbols"

    def __post_init__(self) -> None:
        for stream, values in zip(StreamIds._fields, self._streams, strict=True):
            if len(set(values)) < len(values):
                raise ValueError(f"the inventory lists a {stream} twice: {', '.join(values)}")

    @property
    def _streams(self) -> tuple[tuple[str, ...], ...]:
        return self.phones, self.tones, self.syllables, self.words, self.emotions, self.speakers

    @cached_property
    def _indices(self) -> dict[str, dict[str, int]]:
        return {
            stream: {value: index for index, value in enumerate(values)}
            for stream, values in zip(StreamIds._fields, self._streams, strict=True)
        }

    @property
    def sizes(self) -> StreamIds:
        """How many ids each stream has, special ones included: the rows of the embedding tables."""
        return self._after_values(3 if self.has_mask else 2)

    @property
    def pads(self) -> StreamIds:
        """The id of ``_`` in each stream."""
        return self._after_values(0)

    @property
    def ends(self) -> StreamIds:
        """The id of ``~`` in each stream."""
        return self._after_values(1)

    def _after_values(self, offset: int) -> StreamIds:
        return StreamIds(*(len(values) + offset if values else 0 for values in self._streams))

    def encode(self, units: Sequence[Unit], *, eos: bool = False) -> EncodedUnits:
        """The ids of `units`, T = len(units), or one more with `eos` (``~`` in every stream).

        Raises:
            UnitError: a value that this inventory has not; `position` counts units from 0.
        """
        rows = [self._row(unit, position) for position, unit in enumerate(units)]
        if eos:
            rows.append(self.ends)
        table = np.asarray(rows, np.int64).reshape(-1, len(StreamIds._fields))  # (T, 6), also for T = 0
        features = 1 if self.kind == "bytes" else 4
        return EncodedUnits(table[:, :features].copy(), table[:, 4].copy(), table[:, 5].copy())

    def _row(self, unit: Unit, position: int) -> StreamIds:
        return StreamIds(
            *(
                self._id(stream, value, position)
                for stream, value in zip(
                    StreamIds._fields,
                    (unit.phone, unit.tone, unit.syllable, unit.word, unit.emotion, unit.speaker),
                    strict=True,
                )
            )
        )

    def _id(self, stream: str, value: str, position: int) -> int:
        index = self._indices[stream]
        if not index and (stream == "speaker" or not value):
            return 0
        if value not in index:
            raise UnitError(
                f"unit {position} has the {stream} {value!r}, which this voice ({self.language}) has not",
                position,
            )
        return index[value]


class _LanguageTable(TypedDict):
    phones: list[str]
    tones: list[str]
    syllables: list[str]
    words: list[str]


class _Tables(TypedDict):
    emotions: list[str]
    languages: dict[str, _LanguageTable]


@once
def _tables() -> _Tables:
    source = resources.files(__package__).joinpath("data/inventories.json")
    tables: _Tables = json.loads(source.read_text(encoding="utf-8"))
    return tables


def inventory(
    language: str,
    speakers: Sequence[str],
    *,
    kind: Literal["symbols", "bytes"] = "symbols",
    has_mask: bool = True,
) -> UnitInventory:
    """The inventory that KAN-TTS voices of a language share (spec 4.2), with a voice's own speakers.

    Args:
        language: ``PinYin``, ``Sichuan``, ``WuuShanghai`` or ``ZhHK``; of no effect on bytes.
        speakers: in the order of the voice's ids; empty for speaker vectors.

    Raises:
        OptionError: an unknown language.
        ValueError: a speaker is listed twice.
    """
    emotions = tuple(_tables()["emotions"])
    if kind == "bytes":
        phones = tuple(str(value) for value in range(256))
        return UnitInventory(phones, (), (), (), emotions, tuple(speakers), has_mask, language, kind)
    languages = _tables()["languages"]
    if language not in languages:
        raise OptionError(f"unknown language {language!r}: choose from {', '.join(sorted(languages))}")
    table = languages[language]
    return UnitInventory(
        phones=tuple(table["phones"]),
        tones=tuple(table["tones"]),
        syllables=tuple(table["syllables"]),
        words=tuple(table["words"]),
        emotions=emotions,
        speakers=tuple(speakers),
        has_mask=has_mask,
        language=language,
    )
