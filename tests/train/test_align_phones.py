"""Phone models find the borders they were shown, and adapt to another speaker's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from langsong.errors import CorpusError
from langsong.train.align import align, timed
from langsong.train.aligner import Found, RunAligner
from langsong.train.corpus_format import Corpus, Utterance, write_utterances
from langsong.train.phone_models import Item, PhoneModels, label_lag
from langsong.types import Unit

PHONES = ["sh_c", "ang_c", "h_c", "ai_c", "t_c", "ian_c"]
VOICED = {"ang_c", "ai_c", "ian_c"}
WIDTH = 12


def spoken(seed: int, lag: int = 0, shift: float = 0.0) -> Item:
    """An utterance whose phones sound as they do everywhere, `lag` frames ahead of their labels."""
    rng = np.random.default_rng(seed)
    phones = [
        *rng.permutation(PHONES),
        "#1",
        *rng.permutation(PHONES),
        "#4",
    ]  # of equal neighbours nobody hears the border
    units = tuple(Unit(p, "tone1", "s_begin", "word_begin") for p in phones)
    durations = np.where([p[0] == "#" for p in phones], rng.integers(1, 4, 14), rng.integers(4, 15, 14))
    means = {p: np.random.default_rng(sum(map(ord, p))).normal(0, 2, WIDTH) for p in [*PHONES, "#1", "#4"]}
    sounding = np.repeat(np.arange(14), durations)
    frames = np.stack([means[phones[i]] for i in sounding]) + rng.normal(0, 0.7, (len(sounding), WIDTH)) + shift
    voiced = np.array([phones[i] in VOICED for i in sounding])
    labels = np.diff(np.clip(np.cumsum(durations)[:-1] + lag, 0, len(sounding)), prepend=0, append=len(sounding))
    return Item(units, frames, voiced, labels.astype(np.int64))


def unlabelled(item: Item) -> Item:
    return Item(item.units, item.frames, item.voiced, None)


@pytest.mark.parametrize("lag", [-3, 0, 5])
@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_borders_are_found_on_the_terms_of_the_labels(lag: int, shift: float) -> None:
    known = [spoken(seed, lag) for seed in range(30)]
    assert label_lag(known, 86.0) == lag
    others = [spoken(seed, lag, shift) for seed in range(100, 110)]
    models = PhoneModels(known, lag)
    found = models.find([unlabelled(item) for item in others])
    errors = []
    for item, (durations, fit) in zip(others, found, strict=True):
        assert item.durations is not None
        assert durations.sum() == len(item.frames)
        assert (durations >= 0).all()
        assert np.isfinite(fit)
        errors.append(np.abs(np.cumsum(durations) - np.cumsum(item.durations)))
    assert np.mean(np.concatenate(errors) <= 1) > 0.95


def test_phones_that_were_never_heard_do_not_stop_it() -> None:
    known = [spoken(seed) for seed in range(5)]
    item = unlabelled(spoken(200))
    strange = tuple(Unit("go", *[getattr(u, f) for f in ("tone", "syllable", "word")]) for u in item.units[:2])
    ((durations, _),) = PhoneModels(known, 0).find([Item((*strange, *item.units[2:]), item.frames, item.voiced, None)])
    assert durations.sum() == len(item.frames)


def test_few_frames_get_fewer_states_and_too_few_are_refused() -> None:
    models = PhoneModels([spoken(seed) for seed in range(5)], 0)
    item = spoken(300)
    short = Item(item.units, item.frames[:16], item.voiced[:16], None)
    ((durations, _),) = models.find([short])
    assert (durations.sum(), durations.min()) == (16, 1)
    with pytest.raises(CorpusError, match="14 units in 13 frames"):
        models.find([Item(item.units, item.frames[:13], item.voiced[:13], None)])


class Halves:
    """Finds that every unit lasts as long as the next."""

    asked: list[str]

    def find(self, corpus: Corpus, utterances: list[Utterance]) -> list[Found]:
        self.asked = [u.id for u in utterances]
        return [Found((u.frames // 2, u.frames - u.frames // 2), -1.0) for u in utterances]


def test_only_what_has_no_durations_is_aligned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "{h_c$tone3$s_begin$word_begin$emotion_neutral$x} {ao_c$tone3$s_end$word_end$emotion_neutral$x}"
    bare = Utterance(id="a", units=line, speaker="x", emotion="neutral", frames=9)
    done = timed(bare.model_copy(update={"id": "b"}), (2, 7))
    write_utterances(tmp_path / "train.jsonl", [bare, done])
    write_utterances(tmp_path / "valid.jsonl", [])
    opened = Corpus(tmp_path, None, (bare, done), ())  # type: ignore[arg-type]
    monkeypatch.setattr(Corpus, "open", classmethod(lambda cls, folder: opened))
    aligner = Halves()
    assert align(tmp_path, lambda corpus: aligner).aligned == 1
    lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert [Utterance.model_validate_json(each).durations for each in lines] == [(4, 5), (2, 7)]
    align(tmp_path, lambda corpus: aligner, again=True)
    assert aligner.asked == ["a", "b"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    from langsong.errors import RecipeError

    with pytest.raises(RecipeError, match="not the folder of a training run"):
        RunAligner(tmp_path)
