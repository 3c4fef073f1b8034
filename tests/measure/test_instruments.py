"""Speaker vectors and DNSMOS as their packages compute them, and a whole evaluation of the embedded voice."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile

from langsong.engine.synthesizer import Synthesizer
from langsong.measure.quality.dnsmos import DnsmosScorer
from langsong.measure.quality.evaluation import Instruments, references, run_trials, summary, tasks_of
from langsong.measure.quality.report import as_json, write_report
from langsong.measure.quality.similarity import SpeakerEncoder, without_pauses

has_resemblyzer = pytest.mark.skipif(find_spec("resemblyzer") is None, reason="Resemblyzer is not installed")
has_speechmos = pytest.mark.skipif(find_spec("speechmos") is None, reason="speechmos is not installed")


@pytest.fixture(scope="module")
def encoder(one_torch_thread: None) -> SpeakerEncoder:
    return SpeakerEncoder()


@pytest.fixture(scope="module")
def said(embedded: Synthesizer) -> dict[str, list[tuple[np.ndarray, int]]]:
    """Two sentences of each of three speakers."""
    texts = ("今天天气真不错，我们去公园走走吧。", "北京是中华人民共和国的首都。")
    spoken: dict[str, list[tuple[np.ndarray, int]]] = {}
    for speaker in [s.id for s in embedded.voice.manifest.speakers][:5:2]:
        chunks = [embedded.say(text, speaker=speaker) for text in texts]
        spoken[speaker] = [(chunk.samples, chunk.sample_rate) for chunk in chunks]
    return spoken


@has_resemblyzer
def test_one_voice_is_more_alike_than_two(
    encoder: SpeakerEncoder, said: dict[str, list[tuple[np.ndarray, int]]]
) -> None:
    vectors = {name: [encoder.embed(*sound) for sound in sounds] for name, sounds in said.items()}
    for name, (first, second) in vectors.items():
        assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
        others = [vector for other, pair in vectors.items() if other != name for vector in pair]
        assert first @ second > max(first @ other for other in others)


@has_resemblyzer
def test_level_and_pauses_do_not_change_the_voice(
    encoder: SpeakerEncoder, said: dict[str, list[tuple[np.ndarray, int]]]
) -> None:
    samples, rate = next(iter(said.values()))[0]
    silence = np.zeros(2 * rate, np.float32)
    changed = np.concatenate([0.2 * samples, silence, 0.2 * samples]).astype(np.float32)
    assert encoder.embed(samples, rate) @ encoder.embed(changed, rate) > 0.97
    assert not encoder.embed(silence, rate).any()


def test_pauses_are_taken_out() -> None:
    voice = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    with_pause = np.concatenate([voice, np.zeros(48000, np.float32), voice])
    assert 2.0 < len(without_pauses(with_pause)) / 16000 < 2.5


@has_speechmos
def test_dnsmos_hears_noise(said: dict[str, list[tuple[np.ndarray, int]]]) -> None:
    samples, rate = next(iter(said.values()))[0]
    scorer = DnsmosScorer()
    clean = scorer.score(samples, rate)
    noisy = scorer.score(samples + np.random.default_rng(0).normal(0, 0.05, len(samples)).astype(np.float32), rate)
    assert clean.background > noisy.background + 0.5
    assert 1 <= noisy.overall < clean.overall <= 5
    assert scorer.score(samples[:0], rate).overall > 0


@has_resemblyzer
def test_a_voice_is_nearest_to_its_own_recordings(
    embedded: Synthesizer, encoder: SpeakerEncoder, tmp_path: Path
) -> None:
    speaker, *_, other = [s.id for s in embedded.voice.manifest.speakers]
    text = "老师说，学习语言最重要的是坚持。"
    audio = embedded.say(text, speaker=speaker)
    soundfile.write(tmp_path / "a.wav", audio.samples, audio.sample_rate)
    (tmp_path / "list.tsv").write_text(f"a\t{text}\n", encoding="utf-8")
    tasks = tasks_of(references(tmp_path), 5)
    results = {
        name: list(run_trials(embedded, tasks, Instruments(speakers=encoder), speaker=name))
        for name in (speaker, other)
    }
    same, different = summary(results[speaker]), summary(results[other])
    assert same["similarity"] > 0.99 > different["similarity"]
    assert same["mcd_db"] < 0.5 < different["mcd_db"]
    assert same["f0_rmse_semitones"] < 0.1
    assert same["duration_error"] < 0.01
    page = write_report(tmp_path / "report", "test", results).read_text(encoding="utf-8")
    stored = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert stored["speakers"] == json.loads(json.dumps(as_json(results)))
    assert page.count("<audio") == 4
    assert text in page
