"""Runs: falling losses, stopping and going on to the same numbers, and runs that cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from generated import write_corpus

from langsong.errors import CorpusError, LangsongError, RecipeError, TrainingError
from langsong.train.checkpoint import load
from langsong.train.corpus_format import Corpus, Features
from langsong.train.recipe import read_recipe
from langsong.train.records import PACE, Progress
from langsong.train.run import train

SHAPE = {
    "embedding": 32, "encoder_layers": 1, "encoder_heads": 2, "encoder_width": 32, "encoder_inner": 48,
    "predictor": {"layers": 1, "inner": 24, "memory": 20, "kernel": 9}, "predictor_rnn": 16,
    "duration_prenet": [16, 16], "duration_rnn": 16, "decoder_prenet": [16, 16], "decoder_layers": 2,
    "decoder_heads": 2, "decoder_width": 32, "decoder_inner": 48,
    "postnet": {"layers": 1, "inner": 24, "memory": 20, "kernel": 9, "shift": 2}, "postnet_rnn": 16,
}  # fmt: skip
SAMBERT: dict[str, Any] = {
    "kind": "sambert", "corpus": "corpus", "shape": SHAPE, "learning": {"rate": 0.003, "warmup": 5},
    "hardware": {"processes": 1, "device": "cpu", "precision": "f32"},
    "adversary": {"start": 8, "frames": 20, "channels": 2},
}  # fmt: skip
HIFIGAN: dict[str, Any] = {
    "kind": "hifigan", "corpus": "corpus", "samples": 1600,
    "hardware": {"processes": 1, "device": "cpu", "precision": "f32"},
    "shape": {"size": "v2", "channels": 16},
    "scale": {"scales": 2, "channels": 4, "max_channels": 8, "max_groups": 2, "strides": [4, 4]},
    "period": {"periods": [2, 3], "channels": 2, "max_channels": 8},
    "weights": {"spectral": 1.0}, "resolutions": [[256, 50, 200]], "adversarial_start": 4,
}  # fmt: skip
LOOP = {"steps": 12, "batch": 6, "log_every": 1, "validate_every": 6, "checkpoint_every": 4, "picture_every": 0}


class Stopped(Exception):
    """What a reporter raises in the place of a power cut."""


class Stopping:
    def __init__(self, step: int) -> None:
        self.step = step

    def __call__(self, progress: Progress) -> None:
        if progress.step == self.step:
            raise Stopped


def silent(progress: Progress) -> None:
    pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    write_corpus(folder / "corpus")
    write_corpus(folder / "unaligned", durations=False)
    return folder


@pytest.fixture
def go(folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Train ``go(recipe, output, resume=…, reporter=…, **changes)``; gives the run's folder."""

    def run(
        recipe: dict[str, Any],
        output: str = "run",
        *,
        resume: bool = False,
        reporter: Callable[[Progress], None] = silent,
        **changes: Any,
    ) -> Path:
        written = {**recipe, "loop": LOOP, "output": str(tmp_path / output), **changes}
        written["corpus"] = str(folder / written["corpus"])
        path = tmp_path / f"{output}.yaml"
        path.write_text(yaml.safe_dump(written), encoding="utf-8")
        train(read_recipe(path), resume=resume, reporter=reporter)
        return tmp_path / output

    return run


def metrics(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{k: v for k, v in line.items() if k not in PACE} for line in lines]


@pytest.mark.parametrize("recipe", [SAMBERT, HIFIGAN], ids=["sambert", "hifigan"])
def test_a_run_that_was_stopped_goes_on_to_the_same_numbers(go: Callable[..., Path], recipe: dict[str, Any]) -> None:
    whole = go(recipe, "whole")
    with pytest.raises(Stopped):
        go(recipe, "stopped", reporter=Stopping(10))  # its last checkpoint is of step 8
    assert load(whole.parent / "stopped" / "last.pt").step == 8
    stopped = go(recipe, "stopped", resume=True)
    assert metrics(stopped) == metrics(whole)
    ours, theirs = load(stopped / "last.pt"), load(whole / "last.pt")
    assert ours.position == theirs.position
    for name, network in theirs.networks.items():
        for key, tensor in network.items():
            torch.testing.assert_close(ours.networks[name][key], tensor, atol=0, rtol=0)
    for key, tensor in theirs.averages[next(iter(theirs.averages))].items():
        torch.testing.assert_close(ours.averages[next(iter(theirs.averages))][key], tensor, atol=0, rtol=0)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="plain"),
        pytest.param({"corpus": "unaligned"}, id="learns durations"),
        pytest.param({"feedback": "previous_frame"}, id="feedback", marks=pytest.mark.slow),
        pytest.param(
            {"adversary": None, "loop": LOOP | {"steps": 20, "accumulate": 2}},
            id="accumulates",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"hardware": {"processes": 1, "device": "cpu", "precision": "bf16"}}, id="bf16", marks=pytest.mark.slow
        ),
    ],
)
def test_losses_fall(go: Callable[..., Path], changes: dict[str, Any]) -> None:
    lines = metrics(go(SAMBERT, **{"loop": LOOP | {"steps": 25}, **changes}))
    losses = [line["loss"] for line in lines if "loss" in line]
    held_out = [line["valid/loss"] for line in lines if "valid/loss" in line]
    assert np.mean(losses[-4:]) < 0.9 * np.mean(losses[:2])
    assert held_out[-1] < held_out[0]


def test_the_best_weights_are_those_of_the_best_held_out_mel(go: Callable[..., Path]) -> None:
    loop = LOOP | {"steps": 12, "validate_every": 2}
    run = go(SAMBERT, loop=loop, learning={"rate": 0.03, "warmup": 1})
    held_out = {line["step"]: line["valid/mel_after"] for line in metrics(run) if "valid/mel_after" in line}
    best = load(run / "best.pt")
    assert len(held_out) == 6
    assert best.step == min(held_out, key=lambda step: held_out[step])
    assert best.best == pytest.approx(held_out[best.step])


def test_pictures_and_sound_are_for_tensorboard(go: Callable[..., Path]) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = go(SAMBERT, corpus="unaligned", loop=LOOP | {"steps": 2, "picture_every": 2})
    events = EventAccumulator(str(run / "events"))
    events.Reload()
    assert set(events.Tags()["images"]) == {"predicted", "recorded", "durations", "alignment"}
    assert events.Tags()["audio"] == ["sound/recorded"]
    assert {"loss", "valid/loss", "learning_rate"} <= set(events.Tags()["scalars"])


def test_a_run_is_not_overwritten(go: Callable[..., Path]) -> None:
    go(SAMBERT, loop=LOOP | {"steps": 1})
    with pytest.raises(TrainingError, match="holds a run already: use --resume auto"):
        go(SAMBERT, loop=LOOP | {"steps": 1})


def test_a_run_goes_on_with_its_own_recipe_only(go: Callable[..., Path]) -> None:
    go(SAMBERT, loop=LOOP | {"steps": 1})
    with pytest.raises(TrainingError, match="was trained by another recipe"):
        go(SAMBERT, shape=SHAPE | {"decoder_inner": 40}, resume=True)


def test_a_diverging_run_stops_and_keeps_its_last_good_checkpoint(go: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"step \d+: the gradient of model is no longer finite.*learning\.rate"):
        go(
            SAMBERT,
            adversary=None,
            learning={"rate": 1e18, "warmup": 0, "clip": None},
            loop=LOOP | {"checkpoint_every": 1, "steps": 50, "average": None},
        )
    state = load(tmp_path / "run" / "last.pt")
    assert state.step >= 1


def test_a_damaged_checkpoint_is_no_traceback(go: Callable[..., Path], tmp_path: Path) -> None:
    run = go(SAMBERT, loop=LOOP | {"steps": 1})
    (run / "last.pt").write_bytes((run / "last.pt").read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"last\.pt is missing or damaged"):
        go(SAMBERT, resume=True)


def test_a_feature_that_is_not_finite_stops_the_run(go: Callable[..., Path], tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "bad")
    spoilt = corpus.features(corpus.train[0])
    spoilt.mel[3, 3] = np.nan
    spoilt.write(corpus.features_path(corpus.train[0].id))
    with pytest.raises(CorpusError, match=r"low-0\.npz holds mel that is not finite"):
        go(SAMBERT, corpus=str(tmp_path / "bad"), loop=LOOP | {"batch": 16})


def test_frozen_weights_stay(go: Callable[..., Path]) -> None:
    before = go(SAMBERT, "base", loop=LOOP | {"steps": 2, "average": None})
    after = go(
        SAMBERT, "tuned", initialise=str(before), freeze=["encoder", "decoder"],
        loop=LOOP | {"steps": 4, "average": None}, adversary=None,
    )  # fmt: skip
    old, new = (load(run / name).networks["model"] for run, name in ((before, "last.pt"), (after, "last.pt")))
    for key, tensor in old.items():
        same = torch.equal(tensor, new[key])
        assert same == key.startswith(("model.encoder", "model.decoder")), key


@pytest.mark.parametrize("kept", ["last.pt", "best.pt"])
def test_a_run_starts_from_whichever_checkpoint_another_has(go: Callable[..., Path], kept: str) -> None:
    base = go(SAMBERT, "base", loop=LOOP | {"steps": 2, "validate_every": 1, "average": None}, adversary=None)
    weights = load(base / kept).networks["model"]
    for other in {"last.pt", "best.pt"} - {kept}:
        (base / other).unlink()
    tuned = go(SAMBERT, "tuned", initialise=str(base), loop=LOOP | {"steps": 1}, learning={"rate": 1e-12})
    for key, tensor in load(tuned / "last.pt").networks["model"].items():
        torch.testing.assert_close(tensor, weights[key], atol=1e-6, rtol=0, msg=key)


def test_a_new_speaker_gets_a_row(go: Callable[..., Path], tmp_path: Path, folder: Path) -> None:
    from langsong.train.identity import read_identity

    base = go(SAMBERT, "base", loop=LOOP | {"steps": 1, "average": None})
    renamed = tmp_path / "renamed"
    write_corpus(renamed)
    for name in ("dataset.json", "train.jsonl", "valid.jsonl"):
        text = (renamed / name).read_text(encoding="utf-8")
        (renamed / name).write_text(text.replace('"low"', '"mine"').replace("$low}", "$mine}"), encoding="utf-8")
    tuned = go(
        SAMBERT, "tuned", corpus=str(renamed), initialise=str(base), learning={"rate": 1e-12},
        loop=LOOP | {"steps": 1, "average": None}, adversary=None,
    )  # fmt: skip
    assert read_identity(tuned).units.speakers == ("low", "high", "mine")
    table = "model.speaker_embed.weight"
    old, new = (load(run / "last.pt").networks["model"][table] for run in (base, tuned))
    torch.testing.assert_close(new[:2], old[:2])
    torch.testing.assert_close(new[2], old[:2].mean(0))
    torch.testing.assert_close(new[-3:], old[-3:])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stepz": 3}, r"stepz: Extra inputs are not permitted"),
        ({"loop": {}}, r"loop\.steps: Field required"),
        ({"loop": LOOP | {"batch": 0}}, r"loop\.batch: Input should be greater than 0"),
        ({"kind": "tacotron"}, r"Input tag 'tacotron' found using 'kind' does not match"),
        ({"shape": {"size": "huge"}}, r"shape\.size: Input should be 'small' or 'full'"),
        ({"corpus": "nowhere"}, r"dataset\.json is not readable"),
        ({"initialise": "nobody"}, r"nobody"),
        ({"durations": "corpus", "corpus": "unaligned"}, r"has no durations: write them with 'langsong train align'"),
        ({"hardware": {"device": "cuda"}}, r"no cuda device here"),
        ({"hardware": {"device": "cpu", "precision": "f16"}}, r"f16 is for GPUs"),
    ],
)
def test_wrong_recipes_are_one_line(go: Callable[..., Path], changes: dict[str, Any], message: str) -> None:
    if "cuda" in message and torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(LangsongError, match=message) as caught:
        go(SAMBERT, **changes)
    assert "\n" not in str(caught.value)


def test_a_recipe_with_its_defaults_reads_as_itself(tmp_path: Path) -> None:
    from langsong.train.recipe import format_recipe

    path = tmp_path / "recipe.yaml"
    path.write_text("kind: hifigan\ncorpus: c\noutput: o\nloop: {steps: 5}\n", encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.corpus == tmp_path / "c"
    path.write_text(format_recipe(recipe), encoding="utf-8")
    assert read_recipe(path) == recipe


def test_a_corpus_that_contradicts_itself(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    first = corpus.train[0]
    features = corpus.features(first)
    Features(features.mel[:-1], features.pitch, features.energy, features.audio).write(corpus.features_path(first.id))
    with pytest.raises(CorpusError, match=r"is not of \d+ frames as its utterance says"):
        corpus.features(first)
    lines = (tmp_path / "corpus" / "valid.jsonl").read_text(encoding="utf-8")
    (tmp_path / "corpus" / "train.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(CorpusError, match="twice"):
        Corpus.open(tmp_path / "corpus")
    (tmp_path / "corpus" / "train.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"train\.jsonl, line 1: units: Field required"):
        Corpus.open(tmp_path / "corpus")


def test_recipe_errors_are_training_errors() -> None:
    assert issubclass(RecipeError, TrainingError)
