"""Where the published numbers are, and small generators of every kind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor


@dataclass(frozen=True)
class Oracle:
    """One generator case of the oracle: its parameters, weights, inputs and outputs."""

    params: dict[str, Any]
    hop_length: int
    state: dict[str, Tensor]
    io: dict[str, np.ndarray]


@pytest.fixture(scope="session")
def shared() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("LANGSONG_SHARED", beside))
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent; LANGSONG_SHARED names the folder with reference/ and voices/")
    return folder


@pytest.fixture
def oracle(shared: Path, request: pytest.FixtureRequest) -> Oracle:
    folder = shared / "reference" / "oracle" / request.param
    config = json.loads((folder / "config.json").read_text())
    with np.load(folder / "io.npz") as io:
        return Oracle(config["params"], config["hop"], load_file(folder / "state.safetensors"), dict(io))


@pytest.fixture(autouse=True)
def _reproducible() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(20221122)
    yield
    torch.set_num_threads(threads)
