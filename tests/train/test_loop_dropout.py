"""Dropout from outside a model: how much, when, and reproducibly."""

from __future__ import annotations

import pytest
import torch
from test_loop_runs import SHAPE

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.sambert import SamBert
from langsong.train.dropout import DropoutHooks, MaskPool
from langsong.train.recipe import Dropout


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_as_much_is_dropped_as_is_said_and_the_mean_is_kept(rate: float) -> None:
    torch.manual_seed(1)
    mask = MaskPool().mask(torch.ones(400, 500), rate)
    assert (mask == 0).float().mean().item() == pytest.approx(rate, abs=0.005)
    assert mask.mean().item() == pytest.approx(1.0, abs=0.01)
    assert len(mask.unique()) == 2


def test_masks_are_the_seed_s_and_each_its_own() -> None:
    def draw() -> list[torch.Tensor]:
        torch.manual_seed(3)
        pool = MaskPool()
        pool.refill()
        return [pool.mask(torch.ones(1000), 0.3) for _ in range(3)]

    first, second = draw(), draw()
    assert all(map(torch.equal, first, second))
    assert not torch.equal(first[0], first[1])


def test_a_model_that_speaks_drops_nothing() -> None:
    config = AcousticConfig.model_validate(
        {**SHAPE, "text_width": 8, "emotion_width": 4, "speaker_width": 4, "frames_per_step": 3, "n_mels": 10}
        | {"vocabulary": (9, 4, 4, 4), "emotions": 3, "speakers": 3, "feedback": "none"}
    )
    model = SamBert(config)
    DropoutHooks(model, Dropout())
    ids, lengths = torch.ones(1, 7, 4, dtype=torch.int64), torch.tensor([7])
    spoken = model.eval().encode(ids, lengths)
    torch.testing.assert_close(model.encode(ids, lengths), spoken, atol=0, rtol=0)
    assert not torch.allclose(model.train().encode(ids, lengths), spoken)
