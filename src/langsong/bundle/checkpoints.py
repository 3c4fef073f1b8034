"""Reading checkpoints and voice folders of other projects, distrustfully."""

from __future__ import annotations

import json
import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from langsong.errors import CheckpointError

from .card import read_yaml

_CHECKPOINT = re.compile(r"checkpoint_(\d+)\.pth")


def load_state(path: Path) -> dict[str, Any]:
    """A checkpoint's content, by tensors and plain containers alone.

    Raises:
        CheckpointError: damaged, truncated, or a pickle that would run code.
    """
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path} is damaged, or a pickle that would run code: refused ({reason})") from None
    except Exception as error:  # noqa: BLE001 - a damaged file makes the unpickler raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(f"{path} is damaged or truncated ({reason}): download it again") from None
    if not isinstance(state, dict):
        raise CheckpointError(f"{path} holds a {type(state).__name__}, not a checkpoint")
    return state


def _tensors(state: Any, path: Path) -> dict[str, Tensor]:
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()) or not state:
        raise CheckpointError(f"{path} does not hold a state dict where one is expected")
    tensors = {str(k): v.float() for k, v in state.items()}
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise CheckpointError(f"{path} is damaged: numbers that are not finite in {name}")
    return tensors


@dataclass(frozen=True)
class ModelFiles:
    """A configuration and a state dict."""

    config: dict[str, Any]
    state: dict[str, Tensor]
    folder: Path


@dataclass(frozen=True)
class VoiceFiles:
    """The parts of a KAN-TTS voice.

    Attributes:
        name: of the voice.
        acoustic: am/ (or sambert/).
        vocoder: voc/ (or hifigan/), if the folder has one.
        sample_rate: Hz, as configuration.json says; None without that file.
        has_mask: whether the unit tables have a row for ``@[MASK]``; None where it is not said.
    """

    name: str
    acoustic: ModelFiles
    vocoder: ModelFiles | None
    sample_rate: int | None
    has_mask: bool | None


def _latest(folder: Path) -> Path:
    """The checkpoint of the most steps in ``folder/ckpt``."""
    found = [(int(m[1]), p) for p in (folder / "ckpt").glob("*.pth") if (m := _CHECKPOINT.fullmatch(p.name))]
    if not found:
        raise CheckpointError(f"{folder / 'ckpt'} has no checkpoint_<steps>.pth")
    return max(found)[1]


def read_acoustic(folder: Path) -> ModelFiles:
    """``config.yaml`` and the latest checkpoint of an acoustic model."""
    path = _latest(folder)
    return ModelFiles(read_yaml(folder / "config.yaml"), _tensors(load_state(path).get("model"), path), folder)


def acoustic_checkpoint(root: Path) -> Path:
    """The latest checkpoint of the acoustic model of a ModelScope/KAN-TTS folder's first voice.

    Raises:
        CheckpointError: there is none.
    """
    return _latest(_acoustic_folder(next(iter(locate_voices(root).values()))))


def read_vocoder(folder: Path) -> ModelFiles:
    """A KAN-TTS vocoder folder, or the HiFi-GAN paper's ``config.json`` with one generator file beside it."""
    if (folder / "config.json").is_file():
        files = sorted(p for p in folder.iterdir() if re.match(r"generator.*|g_\d+", p.name))
        if not files:
            raise CheckpointError(f"{folder} has a config.json but no generator file")
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        except ValueError as error:
            raise CheckpointError(f"{folder / 'config.json'} is not valid JSON: {error}") from None
        state = load_state(files[-1])
        return ModelFiles(config, _tensors(state.get("generator", state), files[-1]), folder)
    path = _latest(folder)
    model = load_state(path).get("model")
    generator = model.get("generator") if isinstance(model, dict) else None
    return ModelFiles(read_yaml(folder / "config.yaml"), _tensors(generator, path), folder)


def _subfolder(folder: Path, *names: str) -> Path | None:
    return next((folder / n for n in names if (folder / n / "ckpt").is_dir()), None)


def _acoustic_folder(voice: Path) -> Path:
    folder = _subfolder(voice, "am", "sambert")
    if folder is None:
        raise CheckpointError(f"{voice} has no am/ckpt")
    return folder


def locate_voices(root: Path) -> dict[str, Path]:
    """The voices of a ModelScope model (``voices/voices.json``), or the one that `root` itself is.

    Raises:
        CheckpointError: `root` is neither.
    """
    if _subfolder(root, "am", "sambert"):
        return {root.name: root}
    index = root / "voices" / "voices.json"
    if not index.is_file():
        for base in sorted(root.glob("basemodel_*")):
            if _subfolder(base, "sambert"):
                return {base.name: base}
        raise CheckpointError(f"{root} is no KAN-TTS voice: it has neither voices/voices.json nor am/ckpt")
    try:
        names = json.loads(index.read_text(encoding="utf-8"))["voices"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{index} is not a list of voices ({error})") from None
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and Path(n).name == n for n in names):
        raise CheckpointError(f"{index} must name at least one voice, by plain names")
    return {name: root / "voices" / name for name in names}


def read_voice(root: Path, voice: str | None = None) -> VoiceFiles:
    """Read one voice of a ModelScope/KAN-TTS folder (the first, unless told).

    Raises:
        CheckpointError: something is missing, damaged or unsafe.
    """
    voices = locate_voices(root)
    name = voice or next(iter(voices))
    if name not in voices:
        raise CheckpointError(f"{root} has no voice {name!r}; it has {', '.join(voices)}")
    folder = voices[name]
    acoustic = _acoustic_folder(folder)
    vocoder = _subfolder(folder, "voc", "hifigan")
    rate, mask = _configuration(root)
    return VoiceFiles(name, read_acoustic(acoustic), read_vocoder(vocoder) if vocoder else None, rate, mask)


def _configuration(root: Path) -> tuple[int | None, bool | None]:
    path = root / "configuration.json"
    if not path.is_file():
        return None, None
    try:
        model = json.loads(path.read_text(encoding="utf-8")).get("model", {})
        rate = model.get("sample_rate")
        mask = model.get("am", {}).get("linguistic_unit", {}).get("has_mask")
        return None if rate is None else int(rate), None if mask is None else bool(mask)
    except (ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is not usable ({error})") from None
