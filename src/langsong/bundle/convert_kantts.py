"""Turning a ModelScope/KAN-TTS voice into a bundle (specification 5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.convert import convert_sambert, converted_name
from langsong.acoustic.sambert import SamBert
from langsong.audio.spec import AudioSpec
from langsong.errors import BundleError, CheckpointError, OptionError
from langsong.text.units import UnitInventory, inventory
from langsong.types import Float32
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.convert import convert_generator
from langsong.vocoder.generator import Generator

from .assemble import assemble
from .card import VoiceCard
from .checkpoints import ModelFiles, VoiceFiles, read_vocoder, read_voice
from .install import InstallReport
from .manifest import (
    File,
    Normalization,
    NsfF0,
    SpeakerInfo,
    VoiceManifest,
)

GLOBAL_F0 = (30.0, 730.0)
"""Hz; the range of ``nsf_norm_type: global`` unless the config says otherwise."""


def import_kantts(
    source: Path,
    destination: Callable[[str], Path],
    *,
    card: VoiceCard,
    voice: str | None,
    vocoder: Path | None,
    precision: str,
) -> InstallReport:
    """Convert, export, verify, and only then put the bundle in its place.

    Args:
        source: a ModelScope model folder, a voice folder in it, or a ``basemodel_*`` folder's parent.
        destination: where a voice of a given name goes; that folder must not exist.
        card: what the files do not say.
        voice: which voice of the model; None = the first.
        vocoder: a folder with another vocoder than the voice's own.
        precision: of the weights on disk.

    Raises:
        CheckpointError: the files are missing, damaged, unsafe or do not fit together.
        BundleError: the destination exists, or the exported graphs do not reproduce the models.
    """
    files = read_voice(source, voice)
    generator_files = read_vocoder(vocoder) if vocoder else files.vocoder
    if generator_files is None:
        raise CheckpointError(f"{source} has no vocoder (voc/ckpt): name one with --vocoder")
    folder = destination(card.name or files.name)
    if folder.exists():
        raise BundleError(f"{folder} exists already: remove it first, or import under another --name")
    return _convert(files, generator_files, card, folder, precision)


def _convert(
    files: VoiceFiles, generator_files: ModelFiles, card: VoiceCard, folder: Path, precision: str
) -> InstallReport:
    params = _section(files.acoustic.config, "Model", "KanTtsSAMBERT", "params")
    state = files.acoustic.state
    units = _inventory(files, params, state)
    acoustic_config = AcousticConfig.from_kantts(
        params,
        vocabulary=(units.sizes.phone,) if units.kind == "bytes" else units.sizes[:4],
        emotions=units.sizes.emotion,
        speakers=units.sizes.speaker,
        feedback=card.feedback,
        filled_pause_inner=_rows(state, "FP_predictor.w_1.weight") or 0,
    )
    converted = convert_sambert(state, acoustic_config)
    acoustic = SamBert(acoustic_config).eval()
    acoustic.load_state_dict(converted)
    vocoder = _generator(generator_files)
    nsf, pitch = _nsf(files.acoustic, params, vocoder.config)
    vectors = None
    if params.get("SE"):
        array = _load_array(files.acoustic.folder / "se.npy", (1, acoustic_config.speaker_width))
        vectors = {"speaker_vectors": torch.from_numpy(array)}
    audio = _audio_spec(files, generator_files, vocoder.config)
    _check_frames(files.acoustic, audio)
    ids = units.speakers or (card.name or files.name,)

    def describe(weights: File, graphs: dict[str, File]) -> VoiceManifest:
        return card.manifest(
            files.name,
            speakers=[SpeakerInfo(id=s) for s in ids],
            emotions=[e.removeprefix("emotion_") for e in units.emotions if "placeholder" not in e],
            units=units,
            conventions=card.conventions,
            audio=audio,
            acoustic=acoustic_config,
            vocoder=vocoder.config,
            mel_to_vocoder=card.mel_to_vocoder,
            pitch=card.pitch or pitch,
            energy=card.energy,
            nsf=nsf,
            speaker_vectors=vectors is not None,
            weights=weights,
            graphs=graphs,
        )

    try:
        converted_voice, differences = assemble(folder, acoustic, vocoder, describe, precision=precision, extra=vectors)
    except ValidationError as error:
        first = error.errors()[0]
        raise CheckpointError(f"the voice does not fit together: {first['msg']}") from None
    return InstallReport(
        voice=converted_voice,
        tensors={"acoustic": len(state), "vocoder": len(generator_files.state)},
        dropped=sorted(key for key in state if converted_name(key) is None),
        differences=differences,
    )


def _section(config: dict[str, Any], *keys: str) -> dict[str, Any]:
    section: Any = config
    for key in keys:
        section = section.get(key) if isinstance(section, dict) else None
    if not isinstance(section, dict):
        raise CheckpointError(f"the config has no {'.'.join(keys)}")
    return section


def _rows(state: dict[str, Tensor], key: str) -> int | None:
    return state[key].shape[0] if key in state else None


def _inventory(files: VoiceFiles, params: dict[str, Any], state: dict[str, Tensor]) -> UnitInventory:
    """The voice's unit inventory; whether it has masks is counted off its tables."""
    unit = _section(files.acoustic.config, "linguistic_unit")
    listed = unit.get("speaker_list")
    if not isinstance(listed, str) or not listed:
        raise CheckpointError("the config's linguistic_unit has no speaker_list")
    speakers = () if params.get("SE") else tuple(s.strip() for s in listed.split(","))
    kind: Literal["symbols", "bytes"] = "bytes" if params.get("using_byte") else "symbols"
    table = "text_encoder.byte_index_emb.weight" if kind == "bytes" else "text_encoder.sy_emb.weight"
    rows = _rows(state, table)
    if rows is None:
        raise CheckpointError(f"the acoustic checkpoint lacks {table}")
    language = str(unit.get("language") or "PinYin")
    try:
        candidates = [inventory(language, speakers, kind=kind, has_mask=mask) for mask in (True, False)]
    except (OptionError, ValueError) as error:
        raise CheckpointError(f"the config's linguistic_unit is not usable: {error}") from None
    for candidate in candidates:
        if candidate.sizes.phone == rows and files.has_mask in (None, candidate.has_mask):
            return candidate
    raise CheckpointError(
        f"{table} has {rows} rows; the {candidates[0].language} inventory has {candidates[0].sizes.phone} "
        f"({candidates[1].sizes.phone} without masks)"
    )


def _generator(files: ModelFiles) -> Generator:
    if "Model" in files.config:
        config = GeneratorConfig.from_kantts(_section(files.config, "Model", "Generator", "params"))
    else:
        config = GeneratorConfig.from_hifigan(files.config)
    generator = Generator(config).eval()
    generator.load_state_dict(convert_generator(files.state, config))
    return generator


def _audio_spec(files: VoiceFiles, generator_files: ModelFiles, config: GeneratorConfig) -> AudioSpec:
    """The vocoder's own settings count: it makes the sound."""
    given = generator_files.config
    audio = given.get("audio_config") or files.acoustic.config.get("audio_config") or {}
    if "Model" not in given:
        audio = {**given, "hop_length": given.get("hop_size"), "win_length": given.get("win_size")}
        audio["n_mels"] = given.get("num_mels")
    rate = audio.get("sampling_rate") or files.sample_rate
    if not rate:
        raise CheckpointError("neither config.yaml (audio_config) nor configuration.json says the sample rate")
    try:
        return AudioSpec(
            sample_rate=int(rate),
            hop_length=config.hop_length,
            n_fft=int(audio.get("n_fft", 2048)),
            win_length=int(audio.get("win_length", 5 * config.hop_length)),
            n_mels=config.in_channels,
            fmin=float(audio.get("fmin", 0)),
            fmax=float(audio.get("fmax") or rate / 2),
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CheckpointError(f"the audio settings are not usable: {where} {first['msg']}") from None
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"the audio settings are not usable: {error}") from None


def _nsf(
    acoustic: ModelFiles, params: dict[str, Any], config: GeneratorConfig
) -> tuple[NsfF0 | None, Normalization | None]:
    """How the F0 channel becomes Hz (specification 1.9); the predicted pitch is normalised in the same way."""
    if config.source is None:
        return None, None
    if params.get("nsf_norm_type") == "global":
        low = float(params.get("nsf_f0_global_minimum", GLOBAL_F0[0]))
        high = float(params.get("nsf_f0_global_maximum", GLOBAL_F0[1]))
        return NsfF0(mean=low, std=high - low), Normalization(scale="linear", mean=low, std=high - low)
    mean, std = _load_array(acoustic.folder / "mvn.npy", (2, 1))[:, 0].tolist()
    return NsfF0(mean=mean, std=std), Normalization(scale="linear", mean=mean, std=std)


def _load_array(path: Path, shape: tuple[int, ...]) -> Float32:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: this kind of voice needs it") from None
    except (OSError, ValueError, EOFError) as error:
        raise CheckpointError(f"{path} is damaged ({error})") from None
    if array.dtype.kind not in "fiu":
        raise CheckpointError(f"{path} holds {array.dtype}, not numbers")
    if array.shape != shape:
        raise CheckpointError(f"{path} has the shape {array.shape}, not {shape}")
    if not np.isfinite(array).all():
        raise CheckpointError(f"{path} holds numbers that are not finite: it is damaged")
    return np.asarray(array, np.float32)


def _check_frames(acoustic: ModelFiles, vocoder: AudioSpec) -> None:
    """Both models must mean the same frames, where the acoustic model's files say what it means."""
    audio = acoustic.config.get("audio_config")
    for key, theirs in (("sampling_rate", vocoder.sample_rate), ("hop_length", vocoder.hop_length)):
        ours = audio.get(key) if isinstance(audio, dict) else None
        if ours is not None and ours != theirs:
            raise CheckpointError(
                f"the acoustic model and the vocoder are of different voices: {key} {ours} and {theirs}; "
                "their frames do not match"
            )
