"""The reference encoder that is trained together with the acoustic model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from generated import write_corpus
from test_loop_runs import HIFIGAN, LOOP, SAMBERT, metrics, silent

from langsong.acoustic.reference import AUDIO
from langsong.bundle.models import load_reference
from langsong.bundle.store import find_voice
from langsong.engine.emotion_recording import Recording
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import RecipeError
from langsong.train.checkpoint import load
from langsong.train.corpus_format import Corpus
from langsong.train.export import export
from langsong.train.hearing import Hearings
from langsong.train.recipe import Reference, read_recipe
from langsong.train.run import train

EMOTIONS = ("neutral", "sad")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return write_corpus(tmp_path_factory.mktemp("felt") / "corpus", emotions=EMOTIONS, held_out=4)


LISTENING = {**SAMBERT, "adversary": None, "reference": {}}


def train_with(corpus: Corpus, folder: Path, recipe: dict[str, Any] = LISTENING, **changes: Any) -> Path:
    run = folder / str(recipe["kind"])
    written = {**recipe, "corpus": str(corpus.folder), "output": str(run), "loop": LOOP, **changes}
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    train(read_recipe(path), resume=False, reporter=silent)
    return run


def test_others_say_it_who_feel_the_same(corpus: Corpus) -> None:
    hearings = Hearings(corpus, corpus.train, EMOTIONS, Reference())
    rng = np.random.default_rng(0)
    for index, utterance in enumerate(corpus.train):
        partners = [corpus.train[hearings.partner(index, rng)] for _ in range(8)]
        assert {p.emotion for p in partners} == {utterance.emotion}
        assert utterance.speaker not in {p.speaker for p in partners}
        assert len({p.id for p in partners}) > 1


def test_who_is_alone_hears_others_of_his_own_or_himself(corpus: Corpus) -> None:
    low = [u for u in corpus.train if u.speaker == "low" and u.emotion == "sad"]
    rng = np.random.default_rng(0)
    assert Hearings(corpus, low[:2], EMOTIONS, Reference()).partner(0, rng) == 1
    assert Hearings(corpus, low[:1], EMOTIONS, Reference()).partner(0, rng) == 0


def test_a_batch_is_the_same_for_a_seed_and_no_longer_than_wanted(corpus: Corpus) -> None:
    hearings = Hearings(corpus, corpus.train, EMOTIONS, Reference(share=0.5, seconds=0.5, noise=0.0))
    indices = list(range(len(corpus.train)))
    first, again, other = (hearings.batch(indices, (1, seed)) for seed in (2, 2, 3))
    for a, b in zip(first, again, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert not torch.equal(first.trusted, other.trusted)
    assert 0 < int(first.trusted.sum()) < len(indices)
    assert int(first.lengths.max()) == round(0.5 * AUDIO.frame_rate)
    assert [EMOTIONS[c] for c in first.categories] == [u.emotion for u in corpus.train]


def test_what_is_heard_is_learnt_exported_and_spoken_after(corpus: Corpus, tmp_path: Path) -> None:
    run = train_with(
        corpus, tmp_path, loop=LOOP | {"steps": 30, "validate_every": 15, "average": 0.9}, reference={"category": 1.0}
    )
    lines = metrics(run)
    recognised = [line["valid/recognised"] for line in lines if "valid/recognised" in line]
    agreement = [line["agreement"] for line in lines if "agreement" in line]
    assert recognised[-1] == 1.0
    assert np.mean(agreement[-5:]) < 0.7 * np.mean(agreement[:5])

    vocoder = train_with(corpus, tmp_path, HIFIGAN, loop=LOOP | {"steps": 1})
    voice, differences = export(run, tmp_path / "voice", partner=str(vocoder), card=None, precision="float32")
    section = voice.manifest.reference
    assert section is not None
    assert section.emotion_width == voice.manifest.acoustic.emotion_width
    assert differences["emotion"] < 1e-5

    speaks = Synthesizer.open(voice, precision="f32", threads=1, cache_bytes=0)
    sad = next(u for u in corpus.valid if u.emotion == "sad")
    sound = np.divide(corpus.features(sad).audio, 32768, dtype=np.float32)
    source = Recording(sound, corpus.description.audio.sample_rate)
    heard = speaks.hear(source)
    assert heard.row is not None
    assert max(heard.posterior, key=lambda name: heard.posterior[name]) == "sad"
    by_recording = speaks.say("你好。", reference_audio=source)
    plain = speaks.say("你好。")
    assert not np.array_equal(by_recording.samples, plain.samples)
    unfelt = speaks.say("你好。", reference_audio=source, intensity=0)
    np.testing.assert_array_equal(unfelt.samples, plain.samples)


def test_an_encoder_is_taken_over_with_the_corpus_emotions(corpus: Corpus, tmp_path: Path) -> None:
    run = train_with(
        corpus, tmp_path, reference={"initialise": "langsong"}, freeze=["listener.(conv|gru)"],
        loop=LOOP | {"steps": 2, "average": None},
    )  # fmt: skip
    theirs = load_reference(find_voice(None)).state_dict()
    ours = load(run / "last.pt").networks["model"]
    torch.testing.assert_close(ours["listener.gru.weight_hh_l0"], theirs["gru.weight_hh_l0"], rtol=0, atol=0)
    assert len(ours["listener.head.bias"]) == len(EMOTIONS)


def test_an_encoder_that_does_not_know_the_emotions_is_refused(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", emotions=("neutral", "jealousy"))
    with pytest.raises(RecipeError, match="does not recognise jealousy"):
        train_with(corpus, tmp_path, reference={"initialise": "langsong"})
