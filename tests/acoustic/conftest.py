"""KAN-TTS's own numbers, and the model that must reproduce them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file
from torch import Tensor

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.convert import convert_sambert
from langsong.acoustic.sambert import SamBert
from langsong.engine.acoustics import AcousticInput, AcousticModel
from langsong.engine.filled_pauses import FilledPauses
from langsong.engine.runtime.torch import TorchRuntime


@dataclass(frozen=True)
class Case:
    """An inference case of the oracle.

    Attributes:
        state: the checkpoint, under KAN-TTS's names.
        model: drives the converted checkpoint over the torch runtime.
        item: the case's input.
        io: what went in and came out of KAN-TTS.
    """

    params: dict[str, Any]
    config: AcousticConfig
    state: dict[str, Tensor]
    model: AcousticModel
    item: AcousticInput
    io: dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def _one_thread(one_torch_thread: None) -> None:
    pass


@pytest.fixture(scope="module")
def case(shared: Path, request: pytest.FixtureRequest) -> Case:
    """The case that the test is parametrized with."""
    oracle = shared / "reference" / "oracle"
    folder = oracle / request.param
    params = json.loads((folder / "config.json").read_text(encoding="utf-8"))["params"]
    state = load_file(folder / "state.safetensors")
    with np.load(folder / "io.npz") as arrays:
        io = dict(arrays)
    streams = ("byte_index",) if params.get("using_byte") else ("sy", "tone", "syllable_flag", "word_segment")
    config = AcousticConfig.from_kantts(
        params,
        vocabulary=tuple(params[s] for s in streams),
        emotions=params["emotion"],
        speakers=params["speaker"],
        filled_pause_inner=state["FP_predictor.w_1.weight"].shape[0] if params.get("FP") else 0,
    )
    sambert = SamBert(config).eval()
    sambert.load_state_dict(convert_sambert(state, config))
    pauses = None
    if params.get("FP"):
        ids = json.loads((oracle / "linguistic_ids.json").read_text(encoding="utf-8"))
        by_class = ids["filled_pause_ids (3 symbols x 4 units)"]
        pauses = FilledPauses(np.array([by_class[c] for c in ("1", "2", "3")], np.int64))
    speaker = io["input_speaker"][0]
    if not params.get("SE"):
        speaker = state["spk_tokenizer.weight"].numpy()[speaker]
    emotion = state["emo_tokenizer.weight"].numpy()[io["input_emotion"][0]]
    return Case(
        params=params,
        config=config,
        state=state,
        model=AcousticModel(config, TorchRuntime(sambert, None), pauses),
        item=AcousticInput(io["input_ling"][0], emotion, speaker),
        io=io,
    )
