"""What Adam kept of a KAN-TTS model is found again under our names, and moves the weights as it would have there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from adam_of_kantts import latest, put_moments
from generated import write_corpus
from test_loop_runs import LOOP, SAMBERT, silent

from langsong.errors import CheckpointError
from langsong.train.checkpoint import LAST, RunState, load, save
from langsong.train.identity import IDENTITY_FILE
from langsong.train.kantts_moments import read_moments
from langsong.train.recipe import SambertRecipe
from langsong.train.run import train


@pytest.fixture
def model(kantts_voice: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(kantts_voice("no_mask"), tmp_path / "model"))


@pytest.mark.parametrize("numbers_constants", [True, False])
@pytest.mark.parametrize("name", [None, "KanTtsSAMBERT"])
def test_moments_have_our_names(model: Path, name: str | None, numbers_constants: bool) -> None:
    theirs = put_moments(model, step=1_760_000, name=name, numbers_constants=numbers_constants)
    found = read_moments(model)
    assert len(found) == len([key for key in theirs if not key.startswith("align_attention.")])
    for ours, key in (
        ("encoder.embed.phone.weight", "text_encoder.sy_emb.weight"),
        ("prosody.pitch.rnn.back.weight_ih_l0", "variance_adaptor.pitch_predictor.blstm.weight_ih_l0_reverse"),
        ("postnet.out.bias", "mel_postnet.fc.bias"),
    ):
        assert found[ours]["step"] == 1_760_000
        for moment in ("exp_avg", "exp_avg_sq"):
            torch.testing.assert_close(found[ours][moment], theirs[key][moment], rtol=0, atol=0)


def _changed(model: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = torch.load(latest(model), weights_only=True)
    change(content["optimizer"])
    torch.save(content, latest(model))


@pytest.mark.parametrize(
    "change",
    [
        lambda adam: adam["param_groups"][0]["params"].pop(),
        lambda adam: adam["param_groups"].append(adam["param_groups"][0]),
        lambda adam: adam["state"][0].pop("exp_avg"),
        lambda adam: adam["state"][0].update(exp_avg=torch.zeros(3)),
        lambda adam: adam["state"][0]["exp_avg_sq"].fill_(float("nan")),
    ],
    ids=["too few", "two groups", "half a moment", "another shape", "not finite"],
)
def test_what_does_not_fit_is_refused(model: Path, change: Callable[[dict[str, Any]], None]) -> None:
    put_moments(model, step=5)
    _changed(model, change)
    with pytest.raises(CheckpointError, match=r"optimizer's state in .*checkpoint_100\.pth does not fit the weights"):
        read_moments(model)


def test_a_checkpoint_without_an_optimizer_has_none(model: Path) -> None:
    put_moments(model, step=5)
    content = torch.load(latest(model), weights_only=True)
    torch.save({"model": content["model"]}, latest(model))
    assert read_moments(model) == {}


def test_a_run_begins_with_the_moments_put_by_for_it(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    common = SAMBERT | {"corpus": tmp_path / "corpus", "adversary": None}

    def run(name: str, **changes: Any) -> Path:
        recipe = common | {"output": tmp_path / name, "loop": LOOP | {"steps": 1, "average": None}} | changes
        train(SambertRecipe.model_validate(recipe), resume=False, reporter=silent)
        return tmp_path / name

    start = run("start")
    weights = load(start / LAST).networks["model"]
    pushed, left = "model.encoder.proj.weight", "model.decoder.out_proj.weight"
    ones = torch.ones_like(weights[pushed])
    moment = {"step": torch.tensor(1e6), "exp_avg": 50 * ones, "exp_avg_sq": 2500 * ones}
    begun = tmp_path / "begun"
    begun.mkdir()
    shutil.copy(start / IDENTITY_FILE, begun)
    save(RunState(networks={"model": weights}, moments={"model": {pushed: moment}}), begun / LAST)
    rate = 1e-3
    after = load(run("after", initialise=str(begun), learning={"rate": rate, "warmup": 0}) / LAST)
    # gradients are small against the moments: a step of rate * 0.9 m / sqrt(0.98 v) down, whatever they are
    moved = after.networks["model"][pushed] - weights[pushed]
    torch.testing.assert_close(moved, -rate * 0.9 / 0.98**0.5 * ones, rtol=0.03, atol=0)
    assert after.networks["model"][left].ne(weights[left]).any()
    assert after.moments == {}
    steps = {int(state["step"]) for state in after.optimizers["model"]["state"].values()}
    assert steps == {1, 1_000_001}
