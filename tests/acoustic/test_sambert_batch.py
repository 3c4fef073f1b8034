"""A batch of n gives what n singles give, and chunks what the whole gives."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.acoustic.config import AcousticConfig, FsmnConfig
from langsong.acoustic.sambert import SamBert
from langsong.engine.acoustics import AcousticInput, AcousticModel, Plan, band_masks
from langsong.engine.filled_pauses import FilledPauses
from langsong.engine.prosody import Controls
from langsong.engine.runtime.torch import TorchRuntime

Feedback = Literal["previous_frame", "none"]
FEEDBACK = ("previous_frame", "none")


def random_model(feedback: Feedback, *, pauses: bool = False) -> AcousticModel:
    """Small, every width different, units of about five frames."""
    config = AcousticConfig(
        vocabulary=(11, 5, 4, 3), emotions=6, speakers=4, embedding=20, encoder_layers=2, encoder_heads=3,
        encoder_width=24, encoder_inner=28, text_width=14, emotion_width=5, speaker_width=7,
        predictor=FsmnConfig(layers=2, inner=18, memory=16, kernel=9), predictor_rnn=10,
        duration_prenet=(12, 11), duration_rnn=13, decoder_prenet=(15, 17), decoder_layers=3, decoder_heads=2,
        decoder_width=22, decoder_inner=19, frames_per_step=3, n_mels=9, feedback=feedback,
        postnet=FsmnConfig(layers=2, inner=21, memory=23, kernel=7, shift=2), postnet_rnn=8,
        filled_pause_inner=6 if pauses else 0,
    )  # fmt: skip
    torch.manual_seed(5)
    sambert = SamBert(config).eval()
    with torch.no_grad():
        sambert.duration.out.bias += 1.8
        for parameter in sambert.decoder.parameters():
            parameter *= 2.0  # so that what a step attends to, and feeds back, is heard
    inserted = FilledPauses(np.arange(36).reshape(3, 3, 4) % 3) if pauses else None
    return AcousticModel(config, TorchRuntime(sambert, None), inserted)


def random_item(model: AcousticModel, units: int, seed: int) -> AcousticInput:
    config, random = model.config, np.random.default_rng(seed)
    return AcousticInput(
        ids=np.stack([random.integers(0, n, units) for n in config.vocabulary], axis=1),
        emotion=random.standard_normal((units, config.emotion_width)).astype(np.float32),
        speaker=random.standard_normal((units, config.speaker_width)).astype(np.float32),
        controls=Controls(
            speed=random.choice([0.5, 1.0, 1.7]), pitch_shift=random.normal(), energy_shift=random.normal()
        ),
    )


def mel_of(model: AcousticModel, plan: Plan, steps: int) -> tuple[np.ndarray, np.ndarray]:
    decoded = list(model.decode(plan, itertools.repeat(steps)))
    refined = list(model.refine(plan, iter(decoded)))
    return np.concatenate(decoded, axis=1), np.concatenate(refined, axis=1)


@pytest.mark.parametrize("feedback", FEEDBACK)
@pytest.mark.parametrize("pauses", [False, True], ids=["", "pauses"])
def test_a_batch_gives_what_singles_give(feedback: Feedback, pauses: bool) -> None:
    model = random_model(feedback, pauses=pauses)
    items = [random_item(model, units, seed) for seed, units in enumerate((9, 1, 23, 14))]
    plan = model.plan(items)
    decoded, refined = mel_of(model, plan, 7)
    assert len({int(b) for b in plan.bands}) > 1, "the items must differ in reach to show a mix-up"
    for i, item in enumerate(items):
        alone = model.plan([item])
        assert alone.bands[0] == plan.bands[i]
        np.testing.assert_array_equal(plan.origins[i], alone.origins[0])
        np.testing.assert_array_equal(plan.durations[i], alone.durations[0])
        units, frames = len(alone.durations[0]), int(alone.frames[0])
        assert frames == plan.frames[i]
        for name in ("text", "pitch", "energy", "log_durations"):
            together, single = getattr(plan, name)[i, :units], getattr(alone, name)[0]
            np.testing.assert_allclose(together, single, atol=1e-5, rtol=0, err_msg=name)
        before, after = mel_of(model, alone, 7)
        assert np.abs(after).mean() > 0.05
        np.testing.assert_allclose(decoded[i, :frames], before[0, :frames], atol=1e-5, rtol=0)
        np.testing.assert_allclose(refined[i, :frames], after[0], atol=1e-5, rtol=0)
        assert not decoded[i, frames:].any()
        assert not refined[i, frames:].any()


@pytest.mark.parametrize("feedback", FEEDBACK)
@given(sizes=st.lists(st.integers(1, 20), min_size=1, max_size=8))
@settings(deadline=None, max_examples=15)
def test_chunks_give_what_the_whole_gives(feedback: Feedback, sizes: list[int]) -> None:
    model = random_model(feedback)
    plan = model.plan([random_item(model, 9, 3), random_item(model, 5, 4)])
    decoded, refined = mel_of(model, plan, plan.memory.shape[1])
    chunks = list(model.decode(plan, itertools.cycle(sizes)))
    np.testing.assert_allclose(np.concatenate(chunks, axis=1), decoded, atol=1e-5, rtol=0)
    pieces = list(model.refine(plan, iter(chunks)))
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), refined, atol=1e-5, rtol=0)


def test_feedback_is_heard() -> None:
    items = [random_item(random_model("none"), 8, 1)]
    mels = [mel_of(m, m.plan(items), 50)[1] for m in map(random_model, FEEDBACK)]
    assert mels[0].shape == mels[1].shape
    assert np.abs(mels[0] - mels[1]).max() > 1e-2


def test_speed_divides_durations_before_they_are_rounded() -> None:
    model = random_model("none")
    given_item = random_item(model, 30, 2)
    plans = {}
    for speed in (0.5, 1.0, 2.0):
        item = AcousticInput(given_item.ids, given_item.emotion, given_item.speaker, Controls(speed=speed))
        plans[speed] = model.plan([item])
        real = np.expm1(plans[speed].log_durations[0].astype(np.float64)) / speed
        np.testing.assert_array_equal(plans[speed].durations[0], np.floor(real + 0.5))
    assert plans[2.0].frames[0] < plans[1.0].frames[0] < plans[0.5].frames[0]
    np.testing.assert_array_equal(plans[0.5].log_durations, plans[2.0].log_durations)


def test_shifts_move_the_contours_and_leave_the_durations() -> None:
    model = random_model("none")
    item = random_item(model, 10, 6)
    plain = model.plan([AcousticInput(item.ids, item.emotion, item.speaker)])
    controls = Controls(pitch_shift=0.75, energy_shift=-0.5)
    moved = model.plan([AcousticInput(item.ids, item.emotion, item.speaker, controls)])
    np.testing.assert_allclose(moved.pitch, plain.pitch + 0.75, atol=1e-6)
    np.testing.assert_allclose(moved.energy, plain.energy - 0.5, atol=1e-6)
    np.testing.assert_array_equal(moved.durations[0], plain.durations[0])
    assert np.abs(moved.memory - plain.memory).max() > 1e-3


@given(
    start=st.integers(0, 12),
    count=st.integers(1, 6),
    window=st.integers(1, 10),
    items=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 20)), min_size=1, max_size=3),
)
@settings(deadline=None)
def test_bands_by_their_definition(start: int, count: int, window: int, items: list[tuple[int, int]]) -> None:
    bands, ends = (np.array(column, np.int64) for column in zip(*items, strict=True))
    self_bias, memory_bias = band_masks(start, count, window, bands, ends)
    assert self_bias.dtype == memory_bias.dtype == np.float32
    assert self_bias.shape == memory_bias.shape == (len(items), count, window + count)
    for i, (band, end) in enumerate(items):
        for row, step in enumerate(range(start, start + count)):
            for column in range(window + count):
                past, future = start - window + column, start + column
                attended = self_bias[i, row, column] == 0
                assert attended == (past >= 0 and step - band <= past <= step)
                heard = memory_bias[i, row, column] == 0
                assert heard == (step <= future <= step + band and future < end)
    masked = np.concatenate([self_bias, memory_bias], axis=2)
    assert set(np.unique(masked)) <= {np.float32(-1e4), np.float32(0)}
