"""Putting a bundle together from its models: whole and verified, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from langsong.acoustic.sambert import SamBert
from langsong.errors import BundleError
from langsong.vocoder.build import Vocoder

from .export import export_graphs, save_weights
from .manifest import MANIFEST_FILE, WEIGHTS_FILE, File, VoiceManifest
from .verify import compare_graphs
from .voice import Voice, sha256_of

Describe = Callable[[File, dict[str, File]], VoiceManifest]
"""Makes the manifest when the files of weights and graphs are known."""


def assemble(
    folder: Path,
    acoustic: SamBert,
    vocoder: Vocoder,
    describe: Describe,
    *,
    precision: str,
    extra: Mapping[str, Tensor] | None = None,
) -> tuple[Voice, dict[str, float]]:
    """Export, describe, verify, and only then put the bundle in its place.

    Args:
        folder: of the bundle, which must not exist.
        acoustic, vocoder: in evaluation mode; their weights are rounded to `precision`.
        describe: makes the manifest; may raise what it likes.
        precision: "float32" or "float16", of the weights on disk.
        extra: further tensors for the file of weights.

    Returns:
        The voice, and the largest difference of each stage between torch and its graph.

    Raises:
        BundleError: the folder exists, or the exported graphs do not reproduce the models.
    """
    if folder.exists():
        raise BundleError(f"{folder} exists already: remove it first, or choose another name")
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with torch.no_grad():
            save_weights(acoustic, vocoder, work / WEIGHTS_FILE, precision, extra=extra or {})
        weights = File(file=WEIGHTS_FILE, sha256=sha256_of(work / WEIGHTS_FILE))
        manifest = describe(weights, export_graphs(acoustic, vocoder, work))
        (work / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
        differences = compare_graphs(Voice.open(work))
        work.chmod(0o755)
        work.replace(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Voice.open(folder), differences
