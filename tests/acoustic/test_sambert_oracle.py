"""SAM-BERT gives KAN-TTS's numbers, on the path that speaks: `AcousticModel` over a runtime."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from conftest import Case

CASES = ["sambert_base", "sambert_nsf", "sambert_se_nsf_global", "sambert_fp", "sambert_byte_mas"]

of_each_case = pytest.mark.parametrize("case", CASES, indirect=True)


def assert_close(actual: np.ndarray, expected: np.ndarray) -> None:
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, atol=1e-5, rtol=0)


@of_each_case
def test_the_plan(case: Case) -> None:
    plan, io = case.model.plan([case.item]), case.io
    assert_close(plan.text[0][plan.origins[0] >= 0], io["text_hid"][0])
    assert_close(plan.pitch, io["pitch_predictions"])
    assert_close(plan.energy, io["energy_predictions"])
    assert_close(plan.log_durations, io["log_duration_predictions"])
    np.testing.assert_array_equal(plan.durations[0], io["durations"][0])
    assert plan.frames.tolist() == [int(io["valid_length"])]
    assert [plan.bands[0], plan.bands[0]] == io["band_width"].tolist()
    width, step = case.config.text_width, case.config.frames_per_step
    text = plan.memory[:, :, : step * width].reshape(1, -1, width)
    assert_close(text, io["LR_text_outputs"])
    first = np.concatenate([io["LR_spk_outputs"], io["LR_emo_outputs"]], axis=2)[:, ::step]
    assert_close(plan.memory[:, :, step * width :], first)


@of_each_case
@pytest.mark.parametrize("steps", [1, 4, 1000])
def test_the_mel_whatever_the_size_of_the_chunks(case: Case, steps: int) -> None:
    plan, io = case.model.plan([case.item]), case.io
    decoded = list(case.model.decode(plan, itertools.repeat(steps)))
    refined = list(case.model.refine(plan, iter(decoded)))
    length = int(io["valid_length"])
    assert len(decoded) == -(-plan.memory.shape[1] // steps)
    before = np.concatenate(decoded, axis=1)
    assert before.shape == io["dec_outputs"].shape
    assert_close(before[:, :length], io["dec_outputs"][:, :length])
    assert not before[:, length:].any()
    assert_close(np.concatenate(refined, axis=1), io["postnet_outputs"][:, :length])


@of_each_case
def test_only_the_voice_that_hesitates_puts_pauses_in(case: Case) -> None:
    plan = case.model.plan([case.item])
    units, given = len(case.item.ids), plan.origins[0][plan.origins[0] >= 0]
    np.testing.assert_array_equal(given, np.arange(units))
    assert len(plan.origins[0]) == int(case.io["valid_inter_lengths"][0])
    assert (len(plan.origins[0]) > units) == (case.params.get("FP") is True)


@pytest.mark.parametrize("case", ["sambert_fp"], indirect=True)
def test_pauses_stand_before_the_units_that_the_predictor_names(case: Case) -> None:
    classes = case.io["fp_predictions"][0].argmax(axis=1)
    assert classes.any()
    expected = [o for unit, kind in enumerate(classes) for o in ([-1, -1, -1, unit] if kind else [unit])]
    assert case.model.plan([case.item]).origins[0].tolist() == expected
