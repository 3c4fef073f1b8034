"""Batches in an order that is a function of seed and epoch, and a schedule that is one of the step."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from langsong.train.order import Position, batches_from, epoch_batches, share
from langsong.train.recipe import Learning
from langsong.train.schedule import Averages, rate_at

lengths = st.lists(st.integers(1, 2000), min_size=1, max_size=300)


@settings(deadline=None)
@given(lengths, st.integers(1, 20), st.integers(0, 3))
def test_an_epoch_has_every_utterance_once(lengths: list[int], batch: int, epoch: int) -> None:
    batches = epoch_batches(lengths, batch, seed=1, epoch=epoch)
    assert sorted(i for b in batches for i in b) == list(range(len(lengths)))
    assert all(1 <= len(b) <= batch for b in batches)


@settings(deadline=None)
@given(lengths, st.integers(1, 20), st.integers(0, 60))
def test_a_run_that_goes_on_reads_what_it_would_have_read(lengths: list[int], batch: int, done: int) -> None:
    straight = list(itertools.islice(batches_from(Position(), lengths, batch, seed=7), done + 10))
    position = straight[done - 1][0] if done else Position()
    assert list(itertools.islice(batches_from(position, lengths, batch, seed=7), 10)) == straight[done:]


def test_lengths_within_a_batch_are_alike() -> None:
    lengths = list(range(1, 513))
    batches = epoch_batches(lengths, 16, seed=0, epoch=0)
    assert max(max(b) - min(b) for b in batches) == 15  # by chance it would be about 450


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, max_size=9), st.integers(1, 4))
def test_processes_share_a_batch(batch: list[int], world: int) -> None:
    parts = [share(batch, rank, world) for rank in range(world)]
    assert all(parts)
    if len(batch) >= world:
        assert sorted(itertools.chain(*parts)) == sorted(batch)


@pytest.mark.parametrize(
    ("learning", "step", "expected"),
    [
        (Learning(rate=1.0, warmup=100), 1, 0.01),
        (Learning(rate=1.0, warmup=100, decay="none"), 500, 1.0),
        (Learning(rate=1.0, warmup=100, floor=0.1), 550, 0.55),
        (Learning(rate=1.0, warmup=100, floor=0.1), 1000, 0.1),
        (Learning(rate=1e-3, warmup=4000, decay="inverse_sqrt"), 4000, 1e-3),
        (Learning(rate=1e-3, warmup=4000, decay="inverse_sqrt"), 2000, 5e-4),
        (Learning(rate=1e-3, warmup=4000, decay="inverse_sqrt"), 16000, 5e-4),
        (Learning(rate=1.0, warmup=0, decay="halving", half_life=100), 250, 0.25),
    ],
)
def test_the_learning_rate(learning: Learning, step: int, expected: float) -> None:
    assert rate_at(learning, step, 1000) == pytest.approx(expected)


def test_noam_is_kantts_s() -> None:
    learning = Learning(rate=1e-3, warmup=4000, decay="inverse_sqrt")
    for step in (1, 100, 3999, 4001, 50_000):
        expected = 1e-3 * 4000**0.5 * min(step**-0.5, step * 4000**-1.5)
        assert rate_at(learning, step, 10**6) == pytest.approx(expected)


def test_averages_follow_and_are_applied_for_a_while() -> None:
    network = nn.Linear(1, 1, bias=False)
    averages = Averages({"n": network}, decay=0.9)
    for step in range(1, 400):
        with torch.no_grad():
            network.weight.fill_(5.0)
        averages.update(step)
    assert averages.values["n"]["weight"].item() == pytest.approx(5.0)
    with torch.no_grad():
        network.weight.fill_(7.0)
    averages.update(400)
    assert averages.values["n"]["weight"].item() == pytest.approx(5.2)
    with averages.applied():
        assert network.weight.item() == pytest.approx(5.2)
    assert network.weight.item() == 7.0
    assert averages.values["n"]["weight"].item() == pytest.approx(5.2)
