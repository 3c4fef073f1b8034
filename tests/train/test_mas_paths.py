"""Monotonic paths against every path there is, attention within a band against masks over all pairs, unit means."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb, factorial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.acoustic.alignment import diagonal_prior, hard_alignment, monotonic_durations
from langsong.acoustic.banded import Band
from langsong.acoustic.depthwise import DepthwiseConv
from langsong.acoustic.layers import attend
from langsong.acoustic.teacher_forcing import owners
from langsong.train.targets import unit_means


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 5), st.integers(0, 10**6))
def test_the_best_path_of_all(units: int, more: int, seed: int) -> None:
    frames = units + more
    scores = np.log(np.random.default_rng(seed).random((1, frames, units))).astype(np.float32)
    found = monotonic_durations(scores, np.array([units]), np.array([frames]))[0]

    def value(durations: tuple[int, ...]) -> float:
        owner = np.repeat(np.arange(units), durations)
        return float(scores[0, np.arange(frames), owner].sum())

    splits = itertools.combinations(range(1, frames), units - 1)
    every = [tuple(np.diff([0, *split, frames]).tolist()) for split in splits]
    assert len(every) == comb(frames - 1, units - 1)
    assert found.sum() == frames
    assert found.min() >= 1
    assert value(tuple(found.tolist())) == pytest.approx(max(map(value, every)), rel=1e-5)


def test_items_of_a_batch_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(4)
    scores = np.log(rng.random((3, 20, 6))).astype(np.float32)
    units, frames = np.array([6, 3, 1]), np.array([20, 11, 4])
    together = monotonic_durations(scores, units, frames)
    for i in range(3):
        alone = monotonic_durations(scores[i : i + 1, : frames[i], : units[i]], units[i : i + 1], frames[i : i + 1])
        np.testing.assert_array_equal(together[i, : units[i]], alone[0])
        assert together[i].sum() == frames[i]


def test_more_units_than_frames_cannot_be_aligned() -> None:
    with pytest.raises(ValueError, match="more units than frames"):
        monotonic_durations(np.zeros((1, 3, 4), np.float32), np.array([4]), np.array([3]))


def beta(x: int, y: int) -> Fraction:
    return Fraction(factorial(x - 1) * factorial(y - 1), factorial(x + y - 1))


@pytest.mark.parametrize(("units", "frames"), [(1, 1), (5, 30), (57, 402)])
def test_the_prior_is_beta_binomial(units: int, frames: int) -> None:
    prior = diagonal_prior(units, frames)
    for i in {1, (frames + 1) // 2, frames}:
        for k in {0, units // 2, units - 1}:
            exact = comb(units, k) * beta(k + i, units - k + frames + 1 - i) / beta(i, frames + 1 - i)
            assert prior[i - 1, k] == pytest.approx(float(exact), abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.lists(st.integers(1, 70), min_size=1, max_size=3), st.integers(0, 99))
def test_blocks_attend_as_masks_do(behind: int, ahead: int, lengths: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    size = max(lengths)
    query, key, value = torch.randn(3, len(lengths), 2, size, 4).unbind(0)
    valid = torch.arange(size)[None] < torch.tensor(lengths)[:, None]
    offset = torch.arange(size)[None, :] - torch.arange(size)[:, None]
    near = (offset >= -behind) & (offset <= ahead)
    bias = (near & valid[:, None, :]).logical_not()[:, None] * -1e4
    expected = attend(query, key, value, bias)
    actual = Band(behind, ahead, valid).attend(query, key, value)
    torch.testing.assert_close(actual[valid], expected[valid], atol=1e-5, rtol=1e-5)


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 3))
def test_frames_know_their_units(durations: list[int], more: int) -> None:
    frames = sum(durations) + more
    if not frames:
        return
    owner, offset = owners(torch.tensor([durations]), frames)
    expected = [(unit, i + 1) for unit, count in enumerate(durations) for i in range(count)]
    expected += [(len(durations), 0)] * more
    assert list(zip(owner[0].tolist(), offset[0].tolist(), strict=True)) == expected
    hard = hard_alignment(torch.tensor([durations]), frames)[0]
    assert hard.sum(0).tolist() == durations


def test_means_of_units() -> None:
    contour = torch.tensor([[1.0, 3.0, 0.0, 2.0, 0.0, 0.0, 9.0]])
    durations = torch.tensor([[2, 0, 2, 2]])
    assert unit_means(contour, durations, skip_zeros=False).tolist() == [[2.0, 0.0, 1.0, 0.0]]
    assert unit_means(contour, durations, skip_zeros=True).tolist() == [[2.0, 0.0, 2.0, 0.0]]


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 90), st.integers(1, 41))
def test_gradients_of_depthwise_convolutions(batch: int, channels: int, frames: int, taps: int) -> None:
    torch.manual_seed(batch + channels + frames + taps)
    x = torch.randn(batch, channels, frames + taps - 1)
    ours, theirs = DepthwiseConv(channels, taps), torch.nn.Conv1d(channels, channels, taps, groups=channels, bias=False)
    theirs.load_state_dict(ours.state_dict())
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    outputs = [layer(i) for layer, i in zip((ours, theirs), inputs, strict=True)]
    torch.testing.assert_close(*outputs)
    weights = torch.randn_like(outputs[0])
    for output in outputs:
        (output * weights).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad, atol=1e-4, rtol=1e-5)
