"""The reference encoder: its shape, its masks, its graph, and its place in a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from langsong.acoustic.reference import AUDIO, ReferenceEncoder
from langsong.bundle.attach import attach_reference, copy_reference
from langsong.bundle.install import InstallReport
from langsong.bundle.models import load_reference
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import BundleError

EMOTIONS = ("neutral", "happy", "angry", "sad")


@pytest.fixture(scope="module")
def encoder() -> ReferenceEncoder:
    torch.manual_seed(7)
    return ReferenceEncoder(80, len(EMOTIONS)).eval()


@pytest.fixture(scope="module")
def hearing(
    imported: Callable[[str], InstallReport], encoder: ReferenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Voice:
    folder = tmp_path_factory.mktemp("voices") / "hearing"
    shutil.copytree(imported("base").voice.folder, folder)
    voice = Voice.open(folder)
    audio = voice.manifest.audio.model_copy(update={"n_mels": 80})
    with torch.no_grad():
        return attach_reference(voice, encoder, EMOTIONS, audio, "random")


def test_vectors_have_length_one_and_probabilities_add_up(encoder: ReferenceEncoder) -> None:
    mel = torch.randn(3, 50, 80)
    with torch.no_grad():
        vector, posterior = encoder(mel, torch.tensor([50, 50, 50]))
    assert vector.shape == (3, 128)
    torch.testing.assert_close(vector.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(posterior.sum(dim=1), torch.ones(3))


def test_the_layers_are_those_of_the_design(encoder: ReferenceEncoder) -> None:
    """By hand, step by step, for one item."""
    mel = torch.randn(1, 31, 80)
    with torch.no_grad():
        hidden = torch.tanh(torch.nn.functional.conv1d(mel.mT, encoder.conv.weight, encoder.conv.bias, padding=2)).mT
        state = torch.zeros(256)
        states = []
        for x in hidden[0]:
            r, z, n = (encoder.gru.weight_ih_l0 @ x + encoder.gru.bias_ih_l0).chunk(3)
            hr, hz, hn = (encoder.gru.weight_hh_l0 @ state + encoder.gru.bias_hh_l0).chunk(3)
            reset, update = torch.sigmoid(r + hr), torch.sigmoid(z + hz)
            state = (1 - update) * torch.tanh(n + reset * hn) + update * state
            states.append(state)
        mean = torch.stack(states).mean(dim=0)
        normal = (mean - mean.mean()) / torch.sqrt(mean.var(unbiased=False) + 1e-5)
        projected = torch.tanh(encoder.proj(normal * encoder.norm.weight + encoder.norm.bias))
        expected = projected / projected.norm()
        torch.testing.assert_close(encoder.embed(mel, torch.tensor([31]))[0], expected, atol=1e-5, rtol=1e-4)


def test_a_batch_equals_singles(encoder: ReferenceEncoder) -> None:
    lengths = [40, 17, 5]
    mel = torch.zeros(3, 40, 80)
    for row, length in zip(mel, lengths, strict=True):
        row[:length] = torch.randn(length, 80)
    with torch.no_grad():
        together = encoder.embed(mel, torch.tensor(lengths))
        for row, length, found in zip(mel, lengths, together, strict=True):
            alone = encoder.embed(row[None, :length], torch.tensor([length]))[0]
            torch.testing.assert_close(found, alone, atol=1e-5, rtol=1e-4)


def test_its_graph_is_what_torch_computes(hearing: Voice) -> None:
    assert compare_graphs(hearing)["emotion"] < 1e-5


def test_rows_for_an_acoustic_model_are_in_its_graph(imported: Callable[[str], InstallReport], tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    shutil.copytree(imported("base").voice.folder, folder)
    voice = Voice.open(folder)
    torch.manual_seed(3)
    together = ReferenceEncoder(80, len(EMOTIONS), voice.manifest.acoustic.emotion_width).eval()
    with torch.no_grad():
        voice = attach_reference(voice, together, EMOTIONS, AUDIO, "random")
    assert compare_graphs(voice)["emotion"] < 1e-5
    assert load_reference(voice)(torch.zeros(2, 9, 80), torch.tensor([9, 4]))[2].shape == (2, 8)


def test_its_files_are_small_checked_and_read_back(hearing: Voice, encoder: ReferenceEncoder) -> None:
    hearing.check_files()
    assert {"emotion.onnx", "emotion.safetensors"} <= set(hearing.files)
    assert sum((hearing.folder / file).stat().st_size for file in ("emotion.onnx", "emotion.safetensors")) < 2 << 20
    for name, tensor in load_reference(hearing).state_dict().items():
        torch.testing.assert_close(tensor, encoder.state_dict()[name], rtol=0, atol=0)
    (hearing.folder / "emotion.safetensors").rename(hearing.folder / "gone")
    try:
        with pytest.raises(BundleError, match=r"lacks emotion\.safetensors"):
            Voice.open(hearing.folder)
    finally:
        (hearing.folder / "gone").rename(hearing.folder / "emotion.safetensors")


def test_both_runtimes_hear_the_same(hearing: Voice) -> None:
    mel = np.random.default_rng(1).standard_normal((1, 90, 80)).astype(np.float32)
    heard = [
        Synthesizer.open(hearing, runtime=runtime, precision="f32", threads=1).runtime.run(
            "emotion", mel, np.array([90], np.int64)
        )
        for runtime in ("openvino", "torch")
    ]
    for one, other in zip(*heard, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_another_voice_gets_it(hearing: Voice, imported: Callable[[str], InstallReport], tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(imported("nsf").voice.folder, folder)
    voice = copy_reference(hearing, Voice.open(folder))
    assert voice.manifest.reference == hearing.manifest.reference
    voice.check_files()
    with pytest.raises(BundleError, match="has no reference encoder"):
        copy_reference(imported("base").voice, voice)
