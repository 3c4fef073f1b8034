"""Jobs on a tiny voice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from langsong.batch.execution import on_threads
from langsong.batch.job import Order, run
from langsong.batch.lines import read_items
from langsong.batch.manifest import Counts, Manifest
from langsong.batch.work import Speaker, SpeakerSetup

if TYPE_CHECKING:
    from langsong.bundle.install import InstallReport


@pytest.fixture(scope="session")
def tiny(imported: Callable[[str], InstallReport]) -> Path:
    """A bundle's folder."""
    return imported("base").voice.folder


@pytest.fixture(scope="session")
def speaking(tiny: Path) -> Speaker:
    """Speaks tasks with the tiny voice, which they must name."""
    speaker = Speaker(SpeakerSetup(placement={"threads": 1, "precision": "f32"}))
    speaker.voice(str(tiny)).prepare()
    return speaker


@pytest.fixture(scope="session")
def cover() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    with av.open(file, "w", format="mjpeg") as container:
        stream: Any = container.add_stream("mjpeg", rate=1)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        grey = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 128, np.uint8), format="rgb24")
        container.mux(stream.encode(grey.reformat(format="yuvj420p")))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[Iterable[Any]], Path]:
    """Writes a manifest: objects become JSON, strings stand as they are."""

    def write(rows: Iterable[Any]) -> Path:
        path = tmp_path / "in.jsonl"
        text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def job(tiny: Path, speaking: Speaker) -> Callable[..., Counts]:
    """Runs a manifest into a folder, as the command does."""

    def call(source: Path, folder: Path, do: Any = speaking, *, retry: bool = False, **order: Any) -> Counts:
        with Manifest(folder) as manifest:
            manifest.plan(read_items(source, {"voice": str(tiny)}), retry_failed=retry)
            return run(manifest, on_threads(do), 2, Order(**order))

    return call
