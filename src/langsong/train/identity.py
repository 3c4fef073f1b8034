"""What the trained voice is: all that a bundle's manifest needs and no weight file knows. No torch here."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from langsong.acoustic.config import AcousticConfig
from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import Normalization, NsfF0, Record, SpeakerInfo, VoiceManifest
from langsong.errors import RecipeError
from langsong.text.frontend import Conventions
from langsong.text.units import UnitInventory, inventory
from langsong.train.corpus_format import CorpusDescription, MelRecipe, MelStatistics
from langsong.vocoder.family import VocoderConfig

IDENTITY_FILE = "identity.json"


class VoiceIdentity(Record):
    """The record in a run's identity.json; fields as in `CorpusDescription` and `VoiceManifest`.

    Attributes:
        acoustic: of an acoustic model's run. generator: of a vocoder's run.
    """

    units: UnitInventory
    speakers: tuple[SpeakerInfo, ...]
    emotions: tuple[str, ...]
    conventions: Conventions
    audio: AudioSpec
    mel_recipe: MelRecipe
    mel: MelStatistics
    pitch: Normalization
    energy: Normalization
    nsf: NsfF0 | None = None
    acoustic: AcousticConfig | None = None
    generator: VocoderConfig | None = None

    @property
    def mel_to_vocoder(self) -> Normalization | None:
        """How the acoustic model's mel becomes the vocoder's; None where the vocoder takes it normalised."""
        if self.mel_recipe == "kantts":
            return None
        return Normalization(scale="log", mean=self.mel.mean[0], std=self.mel.std[0])

    @classmethod
    def of_corpus(cls, corpus: CorpusDescription) -> VoiceIdentity:
        """Of a voice trained on nothing but this corpus.

        Raises:
            RecipeError: the statistics are not such as a voice can carry.
        """
        if corpus.mel_recipe == "hifigan" and len(corpus.mel.mean) != 1:
            raise RecipeError("a corpus of the hifigan recipe must have one mean of its mel, not one per bin")
        return cls(
            units=inventory(corpus.language, [s.id for s in corpus.speakers], kind=corpus.unit_kind),
            speakers=corpus.speakers,
            emotions=corpus.emotions,
            conventions=corpus.conventions,
            audio=corpus.audio,
            mel_recipe=corpus.mel_recipe,
            mel=corpus.mel,
            pitch=corpus.pitch,
            energy=corpus.energy,
        )

    @classmethod
    def of_voice(cls, voice: VoiceManifest, corpus: CorpusDescription) -> VoiceIdentity:
        """Of a finished voice that learns from `corpus`: normalised as it was, where it says how.

        Raises:
            RecipeError: the corpus is of another sound, language or text convention.
        """
        own = cls.of_corpus(corpus)
        mel, known = own.mel, voice.mel_to_vocoder
        if known is not None:
            mel = MelStatistics(mean=(known.mean,), std=(known.std,))
        base = cls(
            units=voice.units,
            speakers=voice.speakers,
            emotions=voice.emotions,
            conventions=voice.conventions,
            audio=voice.audio,
            mel_recipe="kantts" if known is None else "hifigan",
            mel=mel,
            pitch=voice.pitch or own.pitch,
            energy=voice.energy or own.energy,
            nsf=voice.nsf,
            acoustic=voice.acoustic,
        )
        return base.extended(own)

    def extended(self, corpus: VoiceIdentity) -> VoiceIdentity:
        """This voice with the speakers and emotions of a corpus added.

        Raises:
            RecipeError: the corpus is of another sound, language or text convention.
        """
        for what, ours, theirs in (
            ("audio", self.audio, corpus.audio),
            ("mel_recipe", self.mel_recipe, corpus.mel_recipe),
            ("language", self.units.language, corpus.units.language),
            ("unit_kind", self.units.kind, corpus.units.kind),
            ("conventions", self.conventions, corpus.conventions),
        ):
            if ours != theirs:
                raise RecipeError(f"the corpus does not fit the voice to start from: {what} is {theirs}, not {ours}")
        known = {s.id for s in self.speakers}
        speakers = (*self.speakers, *(s for s in corpus.speakers if s.id not in known))
        units, acoustic = self.units, self.acoustic
        if units.speakers:
            listed = (*units.speakers, *(s.id for s in speakers if s.id not in units.speakers))
            units = inventory(units.language, listed, kind=units.kind, has_mask=units.has_mask)
            if acoustic is not None:
                acoustic = acoustic.model_copy(update={"speakers": units.sizes.speaker})
        emotions = (*self.emotions, *(e for e in corpus.emotions if e not in self.emotions))
        return self.model_copy(
            update={"speakers": speakers, "units": units, "emotions": emotions, "acoustic": acoustic}
        )


def read_identity(folder: Path) -> VoiceIdentity:
    """The identity in a run's folder.

    Raises:
        RecipeError: the folder is no run's.
    """
    path = folder / IDENTITY_FILE
    try:
        return VoiceIdentity.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise RecipeError(
            f"{folder} is not the folder of a training run: {path.name} is not readable ({error})"
        ) from None
