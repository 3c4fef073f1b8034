"""A prepared corpus on disk: what `langsong train prepare` writes and training reads. No torch here.

::

    CORPUS/
      dataset.json          one `CorpusDescription`
      train.jsonl           one `Utterance` a line
      valid.jsonl           the held-out ones, same form, no id in both
      features/<id>.npz     one `Features` each

Measurements are stored as they were measured; `CorpusDescription` has what normalises them, so that statistics can
be replaced (a fine-tuned voice keeps its base's) without touching a feature file.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError, model_validator

from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import Normalization, Record, SpeakerInfo
from langsong.errors import CorpusError
from langsong.text.frontend import Conventions
from langsong.types import Float32

DESCRIPTION_FILE = "dataset.json"
FEATURES_FOLDER = "features"
FORMAT_VERSION = 1

UTTERANCE_ID_PATTERN = r"^\w[\w.-]{0,127}$"

MelRecipe = Literal["hifigan", "kantts"]

Parsed = TypeVar("Parsed", bound=Record)


class MelStatistics(Record):
    """How mel frames are normalised: (mel - mean) / std, by one pair of numbers or one pair per bin."""

    mean: Annotated[tuple[float, ...], Field(min_length=1)]
    std: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _paired(self) -> MelStatistics:
        if len(self.mean) != len(self.std):
            raise ValueError(f"{len(self.mean)} means and {len(self.std)} standard deviations")
        return self


class CorpusDescription(Record):
    """The record in dataset.json.

    Attributes:
        language: of the unit inventory, see `langsong.text.units.inventory`.
        unit_kind: symbols, or bytes of UTF-8.
        audio: sample rate and frames.
        mel_recipe: ``hifigan``: natural logarithm of magnitudes, at least 1e-5, reflect-padded, not centred, and the
            vocoder takes it as measured. ``kantts``: specification 3, in [0, 1], and the vocoder takes it normalised.
        mel: its statistics over the training part.
        pitch: of F0 (Hz) per unit. Scale ``log``: the mean over the unit's frames of log F0, interpolated linearly
            through unvoiced frames. Scale ``linear``: the mean over its voiced frames, 0 (after normalisation) if it
            has none (specification 3.5).
        energy: of the energy per unit, the mean over its frames of the energy or, scale ``log``, of its logarithm.
        speakers: in the order of their ids.
        emotions: names without ``emotion_``, those that occur.
    """

    format_version: Literal[1]
    language: str = "PinYin"
    unit_kind: Literal["symbols", "bytes"] = "symbols"
    conventions: Conventions
    audio: AudioSpec
    mel_recipe: MelRecipe
    mel: MelStatistics
    pitch: Normalization
    energy: Normalization
    speakers: Annotated[tuple[SpeakerInfo, ...], Field(min_length=1)]
    emotions: Annotated[tuple[str, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> CorpusDescription:
        if len(self.mel.mean) not in (1, self.audio.n_mels):
            raise ValueError(f"statistics of {len(self.mel.mean)} mel bins, the audio has {self.audio.n_mels}")
        return self


class Utterance(Record):
    """One line of train.jsonl or valid.jsonl.

    Attributes:
        id: unique in the corpus, names the feature file.
        units: the line that `langsong.text.units.parse_units` reads, without id.
        speaker, emotion: as in the units; the emotion without ``emotion_``.
        frames: of its mel spectrogram.
        durations: frames of each unit, which add up to `frames`; None where alignment is still to be found.
        text: what is said, for people.
    """

    id: Annotated[str, Field(pattern=UTTERANCE_ID_PATTERN)]
    units: Annotated[str, Field(min_length=1)]
    speaker: str
    emotion: str
    frames: Annotated[int, Field(gt=0)]
    durations: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    text: str = ""

    @model_validator(mode="after")
    def _check(self) -> Utterance:
        if self.durations is None:
            return self
        if len(self.durations) != self.unit_count:
            raise ValueError(f"{len(self.durations)} durations for {self.unit_count} units")
        if sum(self.durations) != self.frames:
            raise ValueError(f"durations add up to {sum(self.durations)}, the utterance has {self.frames} frames")
        return self

    @property
    def unit_count(self) -> int:
        return len(self.units.split())


@dataclass(frozen=True)
class Features:
    """What was measured on one utterance of L frames.

    Attributes:
        mel: (L, n_mels) float32, by the corpus's recipe, not normalised.
        pitch: (L,) float32, F0 in Hz, 0 where unvoiced.
        energy: (L,) float32, amplitude > 0 (``hifigan``: the exponential of the mean of the frame's log mel;
            ``kantts``: the square root of the spectrum's power).
        audio: (L * hop_length,) int16 samples.
    """

    mel: Float32
    pitch: Float32
    energy: Float32
    audio: npt.NDArray[np.int16]

    def write(self, path: Path) -> None:
        """Write the file whole or not at all."""
        beside = path.with_name(f".{path.name}.{os.getpid()}.npz")
        try:
            np.savez(beside, mel=self.mel, pitch=self.pitch, energy=self.energy, audio=self.audio)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus, opened; feature files are read when asked for."""

    folder: Path
    description: CorpusDescription
    train: tuple[Utterance, ...]
    valid: tuple[Utterance, ...]

    @classmethod
    def open(cls, folder: Path) -> Corpus:
        """Read and check everything but the feature files.

        Raises:
            CorpusError: a file is missing or not as this module says; an id occurs twice.
        """
        description = _parsed(CorpusDescription, _read(folder / DESCRIPTION_FILE), folder / DESCRIPTION_FILE)
        parts = []
        for name in ("train.jsonl", "valid.jsonl"):
            lines = [line for line in _read(folder / name).split("\n") if line]
            parts.append(tuple(_parsed(Utterance, line, folder / name, i + 1) for i, line in enumerate(lines)))
        train, valid = parts
        seen: set[str] = set()
        for utterance in (*train, *valid):
            if utterance.id in seen:
                raise CorpusError(f"{folder} has the utterance {utterance.id} twice: prepare it again")
            seen.add(utterance.id)
        return cls(folder, description, train, valid)

    def features_path(self, utterance_id: str) -> Path:
        return self.folder / FEATURES_FOLDER / f"{utterance_id}.npz"

    def features(self, utterance: Utterance) -> Features:
        """Read an utterance's features.

        Raises:
            CorpusError: the file is missing, damaged, or not of the utterance's length.
        """
        path = self.features_path(utterance.id)
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = Features(**{f.name: arrays[f.name] for f in fields(Features)})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CorpusError(f"{path} is missing or damaged ({error}): prepare the corpus again") from None
        length, audio = utterance.frames, self.description.audio
        wanted = ((length, audio.n_mels), (length,), (length,), (length * audio.hop_length,))
        if tuple(getattr(found, f.name).shape for f in fields(Features)) != wanted:
            raise CorpusError(f"{path} is not of {length} frames as its utterance says: prepare the corpus again")
        return found


def write_description(folder: Path, description: CorpusDescription) -> None:
    """Write dataset.json, whole or not at all."""
    _write(folder / DESCRIPTION_FILE, description.model_dump_json(indent=1) + "\n")


def write_utterances(path: Path, utterances: Iterable[Utterance]) -> None:
    """Write train.jsonl or valid.jsonl, whole or not at all."""
    _write(path, "".join(u.model_dump_json(exclude_defaults=True) + "\n" for u in utterances))


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is not readable ({error}): make it with 'langsong train prepare'") from None


def _parsed(kind: type[Parsed], text: str, path: Path, line: int | None = None) -> Parsed:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = f"{path}, line {line}" if line else str(path)
        where = ".".join(map(str, first["loc"]))
        raise CorpusError(f"{place}: {where + ': ' if where else ''}{first['msg']}") from None
