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

from langsong.bundle.manifest import VoiceManifest
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import CorpusError, OptionError
from langsong.train.checkpoint import LAST, load
from langsong.train.finetune import finetune, plan_for
from langsong.train.finetune_base import base_voice
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
    assert few.back > some.back > much.back == 0
    assert few.held_out > some.held_out > much.held_out
    assert r"encoder\." in few.frozen
    assert r"encoder\." not in much.frozen


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
    monkeypatch.setattr("langsong.train.way_back.SHARES", (0.12,))
    data = recordings(tmp_path / "data", 16000)

    def teach(name: str) -> list[str]:
        """What was told."""
        told: list[str] = []
        finetune(
            str(tmp_path / "base"), data, name, tmp_path / name, tmp_path / f"{name}.work", steps=2, workers=1,
            reporter=lambda progress: None, told=told.append,
        )  # fmt: skip
        return told

    plain = teach("plain")  # the folder's optimizer has nothing but one moment of a wrong shape
    assert "does not fit the weights" in plain[0]
    put_moments(tmp_path / "base", step=1000)
    assert not any("weights" in line for line in teach("resumed"))
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


@pytest.mark.slow
def test_what_was_made_of_other_recordings_is_not_gone_on_with(
    imported: Callable[[str], InstallReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = imported("base").voice
    data = recordings(tmp_path / "data", base.manifest.audio.sample_rate)
    monkeypatch.setattr("langsong.train.align.OWN_SENTENCES", 2)
    monkeypatch.setattr("langsong.train.way_back.SHARES", (0.12,))
    steps, told = list[int](), list[str]()

    def teach() -> None:
        shutil.rmtree(tmp_path / "xin", ignore_errors=True)
        finetune(
            str(base.folder), data, "xin", tmp_path / "xin", tmp_path / "work", steps=2, workers=1,
            reporter=lambda progress: steps.append(progress.step), told=told.append,
        )  # fmt: skip

    teach()
    assert told[0].startswith("rejected c (c.wav): ")
    assert "only 2 usable recordings" in told[1]
    assert (tmp_path / "work" / "recordings" / "report.html").is_file()
    trained = len(steps)
    teach()
    assert len(steps) == trained
    assert not any("anew" in line for line in told)
    rate = base.manifest.audio.sample_rate
    write_wav(data / "c.wav", speech(1.5, rate=rate, f0=190.0), rate)
    write_text(data / "list.tsv", "a\t今天天气真不错。\nb\t今天天气真好。\nc\t今天天气不好。\n")
    teach()
    assert len(steps) > trained
    assert sum("training begins anew" in line for line in told) == 1


@pytest.mark.slow
def test_another_base_is_imported_anew(kantts_voice: Callable[[str], Path], tmp_path: Path) -> None:
    base, note = tmp_path / "base", tmp_path / "base_of.txt"

    def voice_of(source: Path) -> VoiceManifest:
        return base_voice(str(source), base, note)[0].manifest

    first = voice_of(kantts_voice("base"))
    made = (base / "voice.json").stat().st_mtime_ns
    assert voice_of(kantts_voice("base")) == first
    assert (base / "voice.json").stat().st_mtime_ns == made
    assert voice_of(kantts_voice("se")).speaker_vectors != first.speaker_vectors


@pytest.mark.parametrize(
    ("speaker", "output", "message"),
    [
        ("Mei Li", "mei", "of one word"),
        ("a+b", "mei", "of one word"),
        ("小梅", "小梅", "Latin letters"),
        ("x", "..", "--output"),
    ],
)
def test_names_are_looked_at_before_anything_is_done(speaker: str, output: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=message):
        finetune(None, tmp_path, speaker, tmp_path / output, tmp_path / "work", reporter=lambda progress: None)
    assert not (tmp_path / "work").exists()


def test_one_recording_makes_no_voice(
    imported: Callable[[str], InstallReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = imported("base").voice
    rate = base.manifest.audio.sample_rate
    write_wav(tmp_path / "data" / "a.wav", speech(1.5, rate=rate, f0=210.0), rate)
    write_text(tmp_path / "data" / "list.tsv", "a\t今天天气真不错。\n")
    with pytest.raises(CorpusError, match="one usable recording"):
        finetune(
            str(base.folder), tmp_path / "data", "xin", tmp_path / "xin", tmp_path / "work", workers=1,
            reporter=lambda progress: None,
        )  # fmt: skip
