"""The reference data that is shared beside the repository, where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder: ``../shared`` beside the repository, or ``LANGSONG_SHARED``."""
    folder = Path(os.environ.get("LANGSONG_SHARED", Path(__file__).parents[3] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared folder at {folder}: set LANGSONG_SHARED")
    return folder


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Path:
    """Numbers and lines that KAN-TTS produced."""
    folder = shared / "reference" / "oracle"
    if not folder.is_dir():
        pytest.skip(f"no oracle data in {shared}")
    return folder
