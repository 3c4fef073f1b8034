"""A tiny voice learns a speaker, whatever kind of voice it is; what it starts from is its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from adam_of_kantts import put_moments
from corpora import speech, write_text, write_wav

from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CorpusError
from langsong.train.checkpoint import LAST, load
from langsong.train.finetune import Finetuned, blend, finetune, plan_for
from langsong.train.identity import read_identity
from langsong.train.own_speech import unit_seconds_of
from langsong.types import AudioChunk, PhoneTiming, Unit, WordTiming

if TYPE_CHECKING:
    from langsong.bundle.install import InstallReport


def unit(phone: str) -> Unit:
    return Unit(phone, "tone1", "s_begin", "word_begin")


def word(*phones: tuple[str, float, float]) -> WordTiming:
    timings = tuple(PhoneTiming(phone, "tone1", start, end) for phone, start, end in phones)
    return WordTiming("", timings[0].start_s, timings[-1].end_s, timings)


def test_pauses_go_to_breaks_and_the_lead_to_the_first_phone() -> None:
    words = (word(("n_c", 0.1, 0.2), ("i_c", 0.2, 0.4)), word(("h_c", 0.5, 0.6), ("ao_c", 0.6, 0.9)))
    audio = AudioChunk(np.zeros(1000, np.float32), 1000, words=words)
    units = [unit(phone) for phone in ("n_c", "i_c", "#1", "h_c", "ao_c", "#4")]
    found = unit_seconds_of(audio, units)
    assert found is not None
    np.testing.assert_allclose(found, [0.2, 0.2, 0.1, 0.1, 0.3, 0.1])
    assert unit_seconds_of(audio, units[1:]) is None


def test_more_speech_changes_more_of_a_voice() -> None:
    few, some, much = (plan_for(seconds) for seconds in (80.0, 600.0, 3600.0))
    assert few.steps < some.steps < much.steps
    assert few.rehearsed > some.rehearsed > much.rehearsed
    assert few.kept > some.kept > much.kept == 0
    assert few.held_out > some.held_out > much.held_out
    assert r"encoder\." in few.frozen
    assert r"encoder\." not in much.frozen


def test_weights_go_back_by_a_share_and_rows_of_speakers_do_not() -> None:
    def network(value: float) -> torch.nn.ModuleDict:
        net = torch.nn.ModuleDict({"speaker_embed": torch.nn.Embedding(2, 2), "other": torch.nn.Linear(2, 2)})
        for parameter in net.parameters():
            torch.nn.init.constant_(parameter, value)
        return net

    after = network(1.0)
    blend(after, network(0.0), 0.25)
    found = {name: sorted(set(tensor.flatten().tolist())) for name, tensor in after.state_dict().items()}
    assert found == {"speaker_embed.weight": [1.0], "other.weight": [0.75], "other.bias": [0.75]}


def recordings(folder: Path, rate: int) -> Path:
    """Two clips in one list, one bad."""
    for name in ("a", "b"):
        write_wav(folder / f"{name}.wav", speech(1.5, rate=rate, f0=210.0), rate)
    write_wav(folder / "c.wav", speech(1.5, rate=rate)[:0], rate)
    write_text(folder / "list.tsv", "a\t今天天气真不错。\nb\t今天天气真好。\nc\t空。\n")
    return folder


@pytest.mark.slow
def test_a_base_model_goes_on_with_its_optimizer(
    kantts_voice: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("langsong.train.align.OWN_SENTENCES", 2)
    shutil.copytree(kantts_voice("base"), tmp_path / "base")
    data = recordings(tmp_path / "data", 16000)

    def teach(name: str) -> Finetuned:
        return finetune(
            str(tmp_path / "base"), data, name, tmp_path / name, tmp_path / f"{name}.work", steps=2, workers=1,
            reporter=lambda progress: None,
        )  # fmt: skip

    plain = teach("plain")  # the folder's optimizer has nothing but one moment of a wrong shape
    assert plain.notice is not None
    assert "does not fit the weights" in plain.notice
    put_moments(tmp_path / "base", step=1000)
    assert teach("resumed").notice is None
    for name, steps in (("plain", 2), ("resumed", 1002)):
        state = load(tmp_path / f"{name}.work" / "run" / LAST).optimizers["model"]["state"]
        assert {int(moment["step"]) for moment in state.values()} == {steps}
    begun = load(tmp_path / "resumed.work" / "start" / LAST)
    table = begun.moments["model"]["model.speaker_embed.weight"]["exp_avg"]
    assert table.shape == begun.networks["model"]["model.speaker_embed.weight"].shape


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["base", "se"])
def test_from_recordings_to_a_voice_that_speaks(
    variant: str, imported: Callable[[str], InstallReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = imported(variant).voice
    data = recordings(tmp_path / "data", base.manifest.audio.sample_rate)
    monkeypatch.setattr("langsong.train.align.OWN_SENTENCES", 2)
    seen: list[int] = []
    found = finetune(
        str(base.folder),
        data,
        "xin",
        tmp_path / "xin",
        tmp_path / "work",
        steps=2,
        workers=1,
        reporter=lambda progress: seen.append(progress.step),
    )
    assert (found.utterances, found.rejected) == (2, 1)
    assert seen
    manifest = found.voice.manifest
    old = {speaker.id for speaker in base.manifest.speakers}
    assert {speaker.id for speaker in manifest.speakers} == old | {"xin"}
    assert (manifest.defaults.speaker, manifest.speaker_vectors) == ("xin", False)

    start = load(tmp_path / "work" / "start" / LAST).networks["model"]["model.speaker_embed.weight"]
    names = read_identity(tmp_path / "work" / "start").units.speakers
    assert found.borrowed in old
    torch.testing.assert_close(start[names.index("xin")], start[names.index(found.borrowed)])
    table = "speaker_vectors" if variant == "se" else "acoustic.speaker_embed.weight"
    rows = base.tensor(table)
    known = 0 if variant == "se" else base.manifest.units.speakers.index(found.borrowed)
    np.testing.assert_allclose(start[names.index(found.borrowed)].numpy(), rows[known], atol=1e-6)

    said = Synthesizer.open(found.voice, precision="f32", cache_bytes=0).say("你好。", speaker="xin")
    assert said.duration_s > 0
    assert np.isfinite(said.samples).all()
    with pytest.raises(CorpusError, match="exists already"):
        finetune(
            str(base.folder),
            data,
            "xin",
            tmp_path / "xin",
            tmp_path / "work",
            workers=1,
            reporter=lambda progress: None,
        )
