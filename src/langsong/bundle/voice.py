"""An opened voice bundle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from langsong.errors import BundleError
from langsong.types import Float32

from .manifest import File, VoiceManifest, read_manifest
from .stages import EMOTION, Stage, stages_of, vocoder_stages

FAST = "fast"


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class Voice:
    """A voice: its manifest and the folder that holds its files."""

    folder: Path
    manifest: VoiceManifest
    vocoder_weights: File | None = None
    """Where the vocoder's are, if not with the others."""

    @classmethod
    def open(cls, folder: Path) -> Voice:
        """Read the manifest and see that every file is there (contents are checked by `verify`).

        Raises:
            BundleError: the folder is not a complete bundle.
        """
        voice = cls(folder, read_manifest(folder))
        stages = {s.name for s in voice.stages}
        graphs = set(voice.manifest.graphs)
        if stages != graphs:
            raise BundleError(
                f"{folder} must have exactly the graphs {', '.join(sorted(stages))}; "
                f"it names {', '.join(sorted(graphs))}"
            )
        if fast := voice.manifest.fast:
            stages = {s.name for s in vocoder_stages(fast.vocoder)}
            if stages != set(fast.graphs):
                raise BundleError(f"{folder} must have exactly the fast graphs {', '.join(sorted(stages))}")
        for file in voice.files:
            if not (folder / file).is_file():
                raise BundleError(f"{folder} lacks {file}: install the voice again")
        return voice

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def fast(self) -> Voice:
        """The same voice with its fast vocoder.

        Raises:
            BundleError: it has none.
        """
        fast = self.manifest.fast
        if fast is None:
            raise BundleError(f"the voice {self.name} has no fast vocoder: use it without :{FAST}")
        own = {stage.name for stage in vocoder_stages(self.manifest.vocoder)}
        changes = {
            "name": f"{self.name}:{FAST}",
            "title": f"{self.manifest.title} · 快速 {FAST}",
            "vocoder": fast.vocoder,
            "graphs": {name: file for name, file in self.manifest.graphs.items() if name not in own} | fast.graphs,
            "nsf": None,
            "fast": None,
        }
        return Voice(self.folder, self.manifest.model_copy(update=changes), fast.weights)

    @property
    def graph_paths(self) -> dict[str, Path]:
        """The graph of each stage, with that of the reference encoder if there is one."""
        paths = {stage.name: self.graph_path(stage.name) for stage in self.stages}
        if self.manifest.reference is not None:
            paths[EMOTION] = self.folder / self.manifest.reference.graph.file
        return paths

    @property
    def stages(self) -> tuple[Stage, ...]:
        return stages_of(self.manifest.acoustic, self.manifest.vocoder)

    @property
    def files(self) -> dict[str, str]:
        """Names of the files with contents, and their sha256."""
        entries = [self.manifest.weights, *self.manifest.graphs.values()]
        if self.vocoder_weights is not None:
            entries.append(self.vocoder_weights)
        if (reference := self.manifest.reference) is not None:
            entries += [reference.graph, reference.weights]
        if (fast := self.manifest.fast) is not None:
            entries += [fast.weights, *fast.graphs.values()]
        return {e.file: e.sha256 for e in entries}

    @property
    def weights_path(self) -> Path:
        return self.folder / self.manifest.weights.file

    @property
    def vocoder_weights_path(self) -> Path:
        return self.folder / (self.vocoder_weights or self.manifest.weights).file

    def graph_path(self, stage: str) -> Path:
        return self.folder / self.manifest.graphs[stage].file

    @cached_property
    def fingerprint(self) -> str:
        """Short digest of everything that shapes the sound: the key of caches."""
        text = self.manifest.model_dump_json(exclude={"fast"}) + (self.vocoder_weights or self.manifest.weights).sha256
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def tensor(self, name: str) -> Float32:
        """One tensor of the weights, as float32.

        Raises:
            BundleError: the weights are damaged or have no such tensor.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.weights_path, framework="numpy") as weights:
                return np.asarray(weights.get_tensor(name), np.float32)
        except (SafetensorError, OSError) as error:
            raise BundleError(f"{self.weights_path} is damaged ({error}): install the voice again") from None

    def check_files(self) -> None:
        """Compare every file with its sha256.

        Raises:
            BundleError: a file differs.
        """
        for file, expected in self.files.items():
            if sha256_of(self.folder / file) != expected:
                raise BundleError(f"{self.folder / file} is damaged (sha256 differs): install the voice again")
