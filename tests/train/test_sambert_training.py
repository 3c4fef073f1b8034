"""Teacher forcing gives KAN-TTS's predictions, losses and gradients on a padded batch of three."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from langsong.acoustic.alignment import (
    Alignment,
    AlignmentEncoder,
    alignment_loss,
    binarization_loss,
    diagonal_prior,
    hard_alignment,
    monotonic_durations,
)
from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.convert import convert_sambert, converted_name
from langsong.acoustic.sambert import SamBert
from langsong.acoustic.teacher_forcing import Prediction, Truth, band_width, predict, valid
from langsong.train.losses import acoustic_losses
from langsong.train.targets import unit_means

LOSSES = {
    "mel_before": "mel_coarse",
    "mel_after": "mel_post",
    "duration": "dur",
    "pitch": "pitch",
    "energy": "energy",
}
ALIGNER_LAYERS = ("key.0", "key.2", "query.0", "query.2", "query.4")


@dataclass(frozen=True)
class Case:
    model: SamBert
    aligner: AlignmentEncoder | None
    io: dict[str, Tensor]
    losses: dict[str, float]
    gradients: dict[str, Tensor]

    @property
    def units(self) -> Tensor:
        return self.io["valid_input_lengths"]

    @property
    def frames(self) -> Tensor:
        return self.io["valid_output_lengths"]


def aligner_key(layer: str) -> str:
    projection, index = layer.split(".")
    return f"align_attention.{projection}_proj.{index}.conv"


@pytest.fixture
def case(shared: Path, request: pytest.FixtureRequest) -> Case:
    folder = shared / "reference" / "oracle" / request.param
    description = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    params = description["params"]
    state = load_file(folder / "state.safetensors")
    config = AcousticConfig.from_kantts(
        params,
        vocabulary=tuple(params[s] for s in ("sy", "tone", "syllable_flag", "word_segment")),
        emotions=params["emotion"],
        speakers=params["speaker"],
    )
    model = SamBert(config)
    model.load_state_dict(convert_sambert(state, config))
    aligner = None
    if params["MAS"]:
        aligner = AlignmentEncoder(config.embedding, config.n_mels)
        aligner.load_state_dict(
            {f"{n}.{k}": state[f"{aligner_key(n)}.{k}"] for n in ALIGNER_LAYERS for k in ("weight", "bias")}
        )
    with np.load(folder / "io.npz") as arrays:
        io = {name: torch.from_numpy(array) for name, array in arrays.items()}
    return Case(model, aligner, io, description["losses"], load_file(folder / "grads.safetensors"))


def align(case: Case) -> tuple[Alignment, Tensor]:
    assert case.aligner is not None
    embedded = case.model.encoder.embed_units(case.io["input_lings"])
    alignment = case.aligner(embedded, case.io["mel_targets"], case.io["attn_priors"], case.units)
    scores = alignment.soft.detach().log().numpy()
    durations = monotonic_durations(scores, case.units.numpy(), case.frames.numpy())
    return alignment, torch.from_numpy(durations)


def run(case: Case, durations: Tensor, pitch: Tensor, energy: Tensor) -> tuple[Prediction, Truth]:
    truth = Truth(case.units, case.frames, durations, pitch, energy, case.io["mel_targets"])
    assert case.model.speaker_embed is not None
    prediction = predict(
        case.model,
        case.model.encoder.embed_units(case.io["input_lings"]),
        case.model.speaker_embed(case.io["input_speakers"]),
        case.model.emotion_embed(case.io["input_emotions"]),
        truth,
        isolate=False,
    )
    return prediction, truth


def assert_predicts(case: Case, prediction: Prediction) -> None:
    units = valid(case.units, case.io["input_lings"].shape[1])
    for ours, theirs in (
        ("log_durations", "log_duration_predictions"),
        ("pitch", "pitch_predictions"),
        ("energy", "energy_predictions"),
    ):
        torch.testing.assert_close(getattr(prediction, ours)[units], case.io[theirs][units], atol=1e-5, rtol=0)
    frames = valid(case.frames, case.io["mel_targets"].shape[1])[:, :, None]
    for ours, theirs in (("before", "dec_outputs"), ("after", "postnet_outputs")):
        torch.testing.assert_close(getattr(prediction, ours) * frames, case.io[theirs] * frames, atol=1e-5, rtol=0)


def assert_losses(case: Case, losses: dict[str, Tensor], names: dict[str, str]) -> None:
    for ours, theirs in names.items():
        assert losses[ours].item() == pytest.approx(case.losses[theirs], rel=1e-5), ours
    assert sum(losses.values()).item() == pytest.approx(case.losses["total"], rel=1e-5)


def assert_gradients(case: Case) -> None:
    compared = set()
    for key, expected in case.gradients.items():
        if key.startswith("align_attention."):
            continue
        name = converted_name(key)
        assert name is not None
        gradient = case.model.get_parameter(name).grad
        assert gradient is not None, name
        torch.testing.assert_close(gradient, expected, atol=2e-5, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}")
        compared.add(name)
    assert compared == dict(case.model.named_parameters()).keys()


@pytest.mark.parametrize("case", ["sambert_train_durations"], indirect=True)
def test_with_given_durations(case: Case) -> None:
    durations = case.io["durations"] * valid(case.units, 18)
    prediction, truth = run(case, durations, case.io["pitch_contours"], case.io["energy_contours"])
    assert [band_width(durations, 3)] * 2 == case.io["band_width"].tolist()
    assert_predicts(case, prediction)
    losses = acoustic_losses(prediction, truth)
    assert_losses(case, losses, LOSSES)
    sum(losses.values()).backward()
    assert_gradients(case)


@pytest.mark.parametrize("case", ["sambert_train_mas"], indirect=True)
def test_with_durations_found_on_the_way(case: Case) -> None:
    alignment, durations = align(case)
    units = valid(case.units, 18)
    torch.testing.assert_close(
        alignment.log_scores[units[:, None].expand(-1, 90, -1)],
        case.io["attn_logprob"][:, 0][units[:, None].expand(-1, 90, -1)],
        atol=1e-5,
        rtol=0,
    )
    torch.testing.assert_close(alignment.soft, case.io["attn_soft"][:, 0], atol=1e-6, rtol=0)
    frames = valid(case.frames, 90)[:, :, None]
    hard = hard_alignment(durations, 90)
    torch.testing.assert_close(hard.float(), case.io["attn_hard"][:, 0] * frames, atol=0, rtol=0)
    torch.testing.assert_close(durations.float() * units, case.io["duration_targets"] * units, atol=0, rtol=0)

    pitch = unit_means(case.io["pitch_contours"], durations, skip_zeros=True)
    energy = unit_means(case.io["energy_contours"], durations, skip_zeros=True)
    torch.testing.assert_close(pitch, case.io["pitch_targets"], atol=1e-6, rtol=0)
    torch.testing.assert_close(energy, case.io["energy_targets"], atol=1e-6, rtol=0)

    prediction, truth = run(case, durations, pitch, energy)
    assert_predicts(case, prediction)
    losses = acoustic_losses(prediction, truth)
    losses["alignment"] = alignment_loss(alignment, case.units, case.frames)
    losses["binarization"] = binarization_loss(alignment, hard) * 0.1  # as in the tenth of a hundred epochs
    assert_losses(case, losses, LOSSES | {"alignment": "ctc", "binarization": "kl_epoch10"})
    sum(losses.values()).backward()
    assert_gradients(case)
    assert case.aligner is not None
    for layer in ALIGNER_LAYERS:
        for kind in ("weight", "bias"):
            expected = case.gradients[f"{aligner_key(layer)}.{kind}"]
            actual = case.aligner.get_parameter(f"{layer}.{kind}").grad
            torch.testing.assert_close(actual, expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("case", ["sambert_train_mas"], indirect=True)
def test_the_prior_is_kantts_s(case: Case) -> None:
    for prior, units, frames in zip(case.io["attn_priors"], case.units, case.frames, strict=True):
        ours = diagonal_prior(int(units) + 1, int(frames))  # theirs counts the end symbol
        np.testing.assert_allclose(ours, prior[: len(ours), : ours.shape[1]], atol=1e-6)
