"""A fast vocoder from a corpus to a voice that speaks with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from generated import SPEC, write_corpus
from test_loop_runs import HIFIGAN, SAMBERT, metrics, silent

from langsong.bundle.install import InstallReport, install
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import BundleError, RecipeError
from langsong.train.corpus_format import Corpus
from langsong.train.export import export
from langsong.train.predicted_mels import read_predicted
from langsong.train.recipe import HarmonicNoiseRecipe, read_recipe
from langsong.train.run import train
from langsong.train.starting import read_vocoder

TRUNK = {"channels": 24, "inner": 32, "blocks": 2}
FAST: dict[str, Any] = {
    "kind": "harmonic_noise", "corpus": "corpus", "samples": 3200, "filters": TRUNK, "pitch": TRUNK,
    "hardware": {"processes": 1, "device": "cpu", "precision": "f32"},
    "resolutions": [[512, 100, 400], [256, 50, 200]], "learning": {"rate": 0.004, "warmup": 5},
}  # fmt: skip
LOOP = {"steps": 60, "batch": 8, "log_every": 1, "validate_every": 20, "checkpoint_every": 20, "picture_every": 60}


def run(folder: Path, name: str, recipe: dict[str, Any], **changes: Any) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**recipe, "output": name, **changes}), encoding="utf-8")
    train(read_recipe(path), resume=True, reporter=silent)
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fast")
    write_corpus(folder / "corpus")
    run(folder, "fast", FAST, loop=LOOP)
    return folder


def test_it_learns_the_sound_and_the_pitch(folder: Path) -> None:
    lines = metrics(folder / "fast")
    losses = [line["spectral"] for line in lines if "spectral" in line]
    held_out = [line["valid/pitch"] for line in lines if "valid/pitch" in line]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:3])
    assert held_out[-1] < 0.8 * held_out[0]

    corpus = Corpus.open(folder / "corpus")
    features = corpus.features(corpus.valid[0])
    vocoder = read_vocoder(str(folder / "fast"))
    voiced = features.pitch > 0
    with torch.inference_mode():
        f0 = vocoder.pitch(torch.from_numpy(features.mel.T[None]))[0].numpy()  # type: ignore[operator]
    assert np.median(np.abs(12 * np.log2(f0[voiced] / features.pitch[voiced]))) < 3


def test_periodicity_counts_from_its_first_step_on(folder: Path) -> None:
    lines = metrics(run(folder, "buzz", FAST, loop=LOOP | {"steps": 6}, initialise="fast", periodicity_start=4))
    assert [line["step"] for line in lines if "periodicity" in line] == [4, 5, 6]
    assert [line["step"] for line in lines if "valid/periodicity" in line] == [6]


def test_a_voice_speaks_with_either_vocoder(folder: Path) -> None:
    acoustic = run(folder, "acoustic", SAMBERT, loop=LOOP | {"steps": 10, "picture_every": 0}, adversary=None)
    generator = run(folder, "generator", HIFIGAN, loop=LOOP | {"steps": 4, "picture_every": 0})
    plain, _ = export(acoustic, folder / "plain", partner=str(generator), card=None, precision="float32")
    with pytest.raises(BundleError, match="has no fast vocoder"):
        find_voice(f"{plain.folder}:fast")

    partner = str(plain.folder)
    voice, differences = export(folder / "fast", folder / "voice", partner=partner, card=None, precision="float32")
    assert {"vocoder", "fast_vocoder", "fast_pitch"} <= set(differences)
    fast = find_voice(f"{voice.folder}:fast")
    assert (fast.name, voice.name) == ("voice:fast", "voice")
    assert fast.fingerprint != voice.fingerprint
    said = {name: Synthesizer.open(v, precision="f32").say("你好。") for name, v in (("own", voice), ("fast", fast))}
    assert len(said["own"].samples) == len(said["fast"].samples)
    assert said["fast"].sample_rate == SPEC.sample_rate
    assert not np.allclose(said["own"].samples, said["fast"].samples, atol=1e-3)
    by_torch = Synthesizer.open(fast, runtime="torch", precision="f32").say("你好。")
    np.testing.assert_allclose(said["fast"].samples, by_torch.samples, atol=1e-3)

    again, _ = export(acoustic, folder / "again", partner=str(voice.folder), card=None, precision="float32")
    assert again.manifest.fast == voice.manifest.fast  # goes along with the vocoder
    fast_only, _ = export(acoustic, folder / "only", partner=f"{voice.folder}:fast", card=None, precision="float32")
    assert fast_only.manifest.vocoder.kind == "harmonic_noise"  # type: ignore[union-attr]
    assert len(Synthesizer.open(fast_only, precision="f32").say("你好。").samples) == len(said["fast"].samples)

    installed = install(voice.folder, output=folder / "installed").voice
    installed.fast.check_files()
    manifest = json.loads((installed.folder / "voice.json").read_text())
    graphs = manifest["fast"].pop("graphs")
    (installed.folder / "voice.json").write_text(json.dumps(manifest | {"fast": manifest["fast"] | {"graphs": {}}}))
    with pytest.raises(BundleError, match="exactly the fast graphs pitch, vocoder"):
        Voice.open(installed.folder)
    manifest["fast"] |= {"graphs": graphs}
    manifest["fast"]["vocoder"] |= {"sample_rate": 44100}
    (installed.folder / "voice.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="frames of the vocoder of pulses and noise"):
        Voice.open(installed.folder)
    (again.folder / "fast.safetensors").unlink()
    with pytest.raises(BundleError, match=r"lacks fast\.safetensors"):
        Voice.open(again.folder)


def test_it_goes_to_no_voice_of_other_frames(folder: Path, imported: Callable[[str], InstallReport]) -> None:
    other = imported("base").voice.folder
    with pytest.raises(RecipeError, match="the vocoder's frames are not those of"):
        export(folder / "fast", folder / "misfit", partner=str(other), card=None, precision="float32")
    assert not (folder / "misfit").exists()


def test_a_single_weight_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(FAST | {"output": "x", "weights": {"pitch": 0.5}, "loop": {"steps": 1}}))
    recipe = read_recipe(path)
    assert isinstance(recipe, HarmonicNoiseRecipe)
    assert recipe.weights.model_dump() == {
        "mel": 0.0, "spectral": 1.0, "periodicity": 1.0, "adversarial": 0.0, "features": 0.0, "pitch": 0.5,
    }  # fmt: skip


def test_it_learns_from_predicted_mels(folder: Path) -> None:
    acoustic = run(folder, "predictor", SAMBERT, loop=LOOP | {"steps": 10, "picture_every": 0}, adversary=None)
    corpus = Corpus.open(folder / "corpus")
    lines = metrics(run(folder, "predicted", FAST, loop=LOOP | {"steps": 20}, acoustic="predictor"))
    assert acoustic == folder / "predictor"
    for utterance in (*corpus.train, *corpus.valid):
        mel, measured = read_predicted(folder / "predicted" / "predicted", utterance), corpus.features(utterance).mel
        assert mel.shape == measured.shape
        assert 0.1 < np.abs(mel - measured).mean() < np.abs(measured - measured.mean()).mean() * 1.5
    losses = [line["spectral"] for line in lines if "spectral" in line]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])


def test_what_does_not_fit_is_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match="of another kind than hifigan"):
        run(folder, "wrong", HIFIGAN, loop=LOOP, initialise="fast")
    write_corpus(folder / "kantts", recipe="kantts")
    with pytest.raises(RecipeError, match="of the hifigan recipe"):
        run(folder, "wrong", FAST, loop=LOOP, corpus="kantts")
    with pytest.raises(RecipeError, match="has no HiFi-GAN generator: name another"):
        run(folder, "wrong", HIFIGAN, loop=LOOP, teacher="fast")
