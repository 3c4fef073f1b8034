"""Damaged, unfit and hostile checkpoints and arrays: one clear error, and nothing half-installed."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from damage import AM_CHECKPOINT, VOC_CHECKPOINT, VOICE, Payload, edit_checkpoint, refusal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from langsong.bundle.checkpoints import load_state
from langsong.bundle.install import InstallReport
from langsong.errors import CheckpointError

pytestmark = pytest.mark.usefixtures("nothing_left")

Kantts = Callable[[str], Path]
Imported = Callable[[str], InstallReport]
Damage = Callable[[Path], None]


@pytest.mark.parametrize("path", [AM_CHECKPOINT, VOC_CHECKPOINT], ids=["am", "voc"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_checkpoint(source: Path, path: Path, share: float) -> None:
    data = (source / path).read_bytes()
    (source / path).write_bytes(data[: int(len(data) * share)])
    assert "checkpoint_100.pth is damaged" in refusal(source)


@given(st.data())
@settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_damage_to_a_checkpoint_gets_past(kantts_voice: Kantts, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray((kantts_voice("base") / AM_CHECKPOINT).read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(1, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "checkpoint_1.pth"
    path.write_bytes(content)
    try:
        load_state(path)  # a flipped bit of a weight is a weight, too
    except CheckpointError as error:
        message = str(error)
    else:
        return
    assert "\n" not in message


@pytest.mark.parametrize("path", [AM_CHECKPOINT, VOC_CHECKPOINT], ids=["am", "voc"])
@pytest.mark.parametrize("protocol", [None, 2, 4], ids=["torch", "pickle 2", "pickle 4"])
def test_a_pickle_that_would_run_code_does_not(source: Path, tmp_path: Path, path: Path, protocol: int | None) -> None:
    trace = tmp_path / "trace"
    content = {"model": {"a": torch.zeros(1)}, "steps": Payload(trace)}
    if protocol is None:
        torch.save(content, source / path)
    else:
        (source / path).write_bytes(pickle.dumps({"steps": Payload(trace)}, protocol))
    assert "would run code" in refusal(source)
    assert not trace.exists()
    if protocol is None:  # the payload is live: who loads it without care runs it
        torch.load(source / path, weights_only=False)
        assert trace.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([1, 2], "holds a list"),
        ({"state": {}}, "does not hold a state dict"),
        ({"model": {}}, "does not hold a state dict"),
        ({"model": {"a": 1}}, "does not hold a state dict"),
        ({"model": torch.zeros(3)}, "does not hold a state dict"),
    ],
)
def test_a_file_of_something_else(source: Path, content: Any, complaint: str) -> None:
    torch.save(content, source / AM_CHECKPOINT)
    assert complaint in refusal(source)


def test_a_wrong_shape(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {**m, "emo_tokenizer.weight": torch.zeros(36, 9)})
    message = refusal(source)
    assert "emotion_embed.weight is (36, 9), its config asks for (36, 8)" in message


def test_a_missing_key(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {k: v for k, v in m.items() if k != "mel_postnet.fc.bias"})
    assert "missing 1 (postnet.out.bias)" in refusal(source)


def test_an_extra_key(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {**m, "surprise": torch.zeros(1)})
    assert "unknown tensor 'surprise'" in refusal(source)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda g: {**g, "surprise": torch.zeros(1)}, "more than its config describes: surprise"),
        (lambda g: {k: v for k, v in g.items() if k != "conv_post.conv1d.bias"}, "lacks conv_post.conv1d.bias"),
        (lambda g: {**g, "conv_post.conv1d.bias": torch.zeros(2)}, "conv_post.conv1d.bias has the shape (2,)"),
        (lambda g: {**g, "conv_post.conv1d.bias": torch.full((1,), torch.nan)}, "not finite in conv_post"),
    ],
    ids=["extra", "missing", "shape", "nan"],
)
def test_a_generator_that_does_not_fit(source: Path, edit: Any, complaint: str) -> None:
    edit_checkpoint(source / VOC_CHECKPOINT, lambda m: {**m, "generator": edit(m["generator"])})
    assert complaint in refusal(source)


def test_numbers_that_are_not_finite(source: Path) -> None:
    def poison(model: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        model["emo_tokenizer.weight"][5] = torch.nan
        return model

    edit_checkpoint(source / AM_CHECKPOINT, poison)
    assert "emotion_embed" in refusal(source) or "emo_tokenizer" in refusal(source)


@pytest.mark.parametrize(
    ("variant", "name", "content", "complaint"),
    [
        ("nsf", "mvn.npy", None, "mvn.npy is missing"),
        ("se", "se.npy", None, "se.npy is missing"),
        ("nsf", "mvn.npy", b"\x93NUMPY nonsense", "mvn.npy is damaged"),
        ("nsf", "mvn.npy", np.zeros((1, 2)), "mvn.npy has the shape (1, 2)"),
        ("nsf", "mvn.npy", np.array([[np.nan], [1.0]]), "mvn.npy"),
        ("nsf", "mvn.npy", np.array([["a"], ["b"]]), "mvn.npy"),
        ("se", "se.npy", np.zeros((2, 12), np.float32), "se.npy has the shape (2, 12)"),
        ("se", "se.npy", np.zeros((1, 13), np.float32), "se.npy has the shape (1, 13)"),
        ("se", "se.npy", np.array([[{}] * 12], dtype=object), "se.npy is damaged"),
    ],
    ids=[
        "no mvn", "no se", "damaged", "transposed", "nan", "text", "two speakers", "another width", "pickled",
    ],
)  # fmt: skip
def test_arrays_beside_the_checkpoint(
    kantts_voice: Kantts, tmp_path: Path, variant: str, name: str, content: Any, complaint: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(kantts_voice(variant), folder)
    path = folder / VOICE / "am" / name
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content, allow_pickle=True)
    assert complaint in refusal(folder)
