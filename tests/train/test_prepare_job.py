"""A prepared corpus is whole: measured, split, normalised; bad clips are named; interrupted runs go on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from corpora import RATE, speech, write_jsonl, write_text, write_wav

from langsong.errors import CorpusError, OptionError
from langsong.train.corpus_format import Corpus
from langsong.train.prepare import job
from langsong.train.prepare.job import Preparation, prepare
from langsong.train.prepare.report import write_report
from langsong.train.prepare.settings import PrepareSettings, changed, preset

SETTINGS = preset("22k")
TEXT = "今天天气真不错。"


def corpus_of(folder: Path, clips: int = 3) -> Path:
    """A table of good clips."""
    rows: list[dict[str, object]] = []
    for index in range(clips):
        write_wav(folder / f"{index}.wav", speech(1.5, seed=index, f0=150 + 20 * index))
        rows.append({"id": str(index), "text": TEXT, "speaker": "甲" if index else "乙", "emotion": "happy"})
    write_jsonl(folder / "list.jsonl", rows)
    return folder


def run(source: Path, folder: Path, settings: PrepareSettings = SETTINGS) -> Preparation:
    return prepare(source, folder, settings, workers=1)


def test_what_is_written(tmp_path: Path) -> None:
    found = run(corpus_of(tmp_path / "in", 5), tmp_path / "out")
    corpus = Corpus.open(tmp_path / "out")
    assert not found.rejected
    assert (len(corpus.train), len(corpus.valid)) == (4, 1)
    assert {speaker.id for speaker in corpus.description.speakers} == {"甲", "乙"}
    assert corpus.description.emotions == ("happy",)
    mels, levels = [], []
    for utterance in corpus.train:
        features = corpus.features(utterance)
        mels.append(features.mel)
        levels.append(features.audio.astype(np.float32).std())
        assert utterance.units.count("$emotion_happy$") == len(utterance.units.split())
        assert utterance.durations is None
        voiced = features.pitch[features.pitch > 0]
        assert np.median(voiced) == pytest.approx(150 + 20 * int(utterance.id), rel=0.02)
        seconds = utterance.frames / corpus.description.audio.frame_rate
        assert seconds == pytest.approx(1.5 + SETTINGS.lead_s + SETTINGS.tail_s, abs=0.06)
    whole = np.concatenate(mels)
    assert corpus.description.mel.mean == pytest.approx((whole.mean(),), rel=1e-5)
    assert corpus.description.mel.std == pytest.approx((whole.std(),), rel=1e-5)
    assert np.exp(corpus.description.pitch.mean) == pytest.approx(190, abs=40)
    assert max(levels) / min(levels) < 1.1


def test_the_recipe_of_kantts_has_statistics_for_each_bin(tmp_path: Path) -> None:
    source = corpus_of(tmp_path / "in", 2)
    corpus = run(source, tmp_path / "out", preset("kantts-16k")).corpus
    features = corpus.features(corpus.train[0])
    mel, pitch = corpus.description.mel, corpus.description.pitch
    assert (len(mel.mean), pitch.scale, corpus.description.mel_recipe) == (80, "linear", "kantts")
    np.testing.assert_allclose(mel.mean, features.mel.mean(axis=0), rtol=1e-4)
    assert pitch.mean == pytest.approx(features.pitch.mean(), rel=1e-5)
    assert 0 <= features.mel.min() <= features.mel.max() <= 1


def test_labels_that_a_corpus_brings(tmp_path: Path) -> None:
    units = (
        "{h_c$tone3$s_begin$word_begin$emotion_neutral$} {ao_c$tone3$s_end$word_end$emotion_neutral$} "
        "{#4$tone_none$s_none$word_none$emotion_none$}"
    )
    write_wav(tmp_path / "in" / "a.wav", speech(0.6, margin_s=0.0))
    write_wav(tmp_path / "in" / "b.wav", speech(0.6, margin_s=0.0))
    row = {"text": "好", "units": units, "durations": [0.13, 0.27, 0.2], "speaker": "x", "emotion": "sad"}
    bad = row | {"id": "b", "durations": [0.13, 0.27, 0.6]}
    write_jsonl(tmp_path / "in" / "list.jsonl", [row | {"id": "a"}, bad])
    found = run(tmp_path / "in", tmp_path / "out")
    (utterance,) = found.corpus.train
    assert utterance.durations is not None
    assert sum(utterance.durations) == utterance.frames == int(0.6 * RATE) // 256
    np.testing.assert_allclose(utterance.durations, np.array([0.13, 0.27, 0.2]) * RATE / 256, atol=1)
    assert utterance.units.split()[0] == "{h_c$tone3$s_begin$word_begin$emotion_sad$x}"
    assert utterance.units.split()[2].endswith("$emotion_none$x}")
    assert [r.reason for r in found.rejected] == ["its durations add up to 1.000 s, the sound has 0.600 s"]


def test_a_kantts_corpus_with_intervals(tmp_path: Path) -> None:
    write_wav(tmp_path / "in" / "wav" / "a.wav", speech(0.6, rate=16000, margin_s=0.2), 16000)
    write_text(tmp_path / "in" / "prosody" / "prosody.txt", "a\t好#4\n\thao3\n")
    rows = [(0, 0.2, "sil"), (0.2, 0.3, "h"), (0.3, 0.8, "ao3"), (0.8, 1.0, "sil")]
    body = "".join(f'{start}\n{end}\n"{label}"\n' for start, end, label in rows)
    header = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1.0\n<exists>\n1\n"IntervalTier"\n""\n0\n1.0\n'
    write_text(tmp_path / "in" / "interval" / "a.interval", f"{header}{len(rows)}\n{body}")
    (utterance,) = run(tmp_path / "in", tmp_path / "out", preset("kantts-16k")).corpus.train
    assert utterance.frames == 1 + int(0.6 * 16000) // 200
    assert utterance.durations == (8, 41, 0)


def bad_corpus(folder: Path) -> dict[str, str]:
    """Clips with one fault each, and what must be said of each."""
    good = speech(1.5)
    spoilt = good.copy()
    spoilt[5] = np.nan
    sounds = {
        "rate": (speech(1.5, rate=8000), 8000, TEXT),
        "clipped": (np.clip(8 * good, -1, 1), RATE, TEXT),
        "empty": (good[:0], RATE, TEXT),
        "silent": (0 * good, RATE, TEXT),
        "nan": (spoilt, RATE, TEXT),
        "long": (np.tile(good, 10), RATE, "好。"),
        "hour": (np.tile(good, 12), RATE, 20 * TEXT[:-1]),
        "short": (speech(0.5), RATE, 10 * TEXT),
        "blip": (speech(0.1, margin_s=0.0), RATE, "好"),
        "unread": (good, RATE, "……"),
        "unvoiced": (np.random.default_rng(1).normal(0, 1e-3, len(good)).astype(np.float32), RATE, TEXT),
    }
    rows: list[dict[str, object]] = []
    for name, (samples, rate, text) in sounds.items():
        write_wav(folder / f"{name}.wav", samples, rate)
        rows.append({"id": name, "text": text})
    write_wav(folder / "good.wav", good)
    (folder / "broken.wav").write_bytes(b"RIFF....")
    rows += [{"id": "broken", "text": TEXT}, {"id": "good", "text": TEXT}, {"id": "good", "text": TEXT}]
    write_jsonl(folder / "list.jsonl", rows)
    return {
        "rate": "wrong rate: 8000 Hz", "clipped": "clipped", "empty": "no sound", "silent": "silent",
        "nan": "not all finite", "long": "too long for its text", "hour": "too long: ",
        "short": "too short for its text", "blip": "too short: ", "unread": "nothing to read",
        "unvoiced": "no voice in it",
        "broken": "broken, or no audio", "good": "listed twice",
    }  # fmt: skip


def test_bad_clips_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    wanted = bad_corpus(tmp_path / "in")
    found = run(tmp_path / "in", tmp_path / "out")
    assert [u.id for u in found.corpus.train] == ["good"]
    reasons = {rejection.id: rejection.reason for rejection in found.rejected}
    assert reasons.keys() == wanted.keys()
    for name, part in wanted.items():
        assert part in reasons[name], name
    page = write_report(found).read_text(encoding="utf-8")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert {r["id"] for r in report["rejected"]} == wanted.keys()
    assert (report["clips"], report["train"]) == (14, 1)
    assert all(name in page for name in wanted)
    assert page.count("data:image/png;base64,") == 2


def test_or_the_run_stops(tmp_path: Path) -> None:
    bad_corpus(tmp_path / "in")
    with pytest.raises(CorpusError, match="good is bad: its recording is listed twice"):
        run(tmp_path / "in", tmp_path / "out", changed(SETTINGS, {"on_bad": "stop"}))
    assert not (tmp_path / "out" / "dataset.json").exists()
    write_jsonl(tmp_path / "in" / "list.jsonl", [{"id": "nan", "text": TEXT}])
    with pytest.raises(CorpusError, match="no usable clip, 13 were rejected: 12 × it has no transcript"):
        run(tmp_path / "in", tmp_path / "out")


def test_an_interrupted_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = corpus_of(tmp_path / "in", 4)
    measured: list[str] = []
    measure = job.measure_clip

    def counting(clip: job.Clip, *arguments: object) -> object:
        if len(measured) == 2:
            raise KeyboardInterrupt
        measured.append(clip.id)
        return measure(clip, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "measure_clip", counting)
    with pytest.raises(KeyboardInterrupt):
        run(source, tmp_path / "out")
    with (tmp_path / "out" / "prepared.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": "2", "dig')  # as a process leaves it that is killed
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(job, "measure_clip", lambda clip, *a: (measured.append(clip.id), measure(clip, *a))[1])
    prepare(source, tmp_path / "out", SETTINGS, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert measured == ["0", "1", "2", "3"]
    assert seen == [(2, 4), (3, 4), (4, 4)]
    run(source, tmp_path / "out")
    assert len(measured) == 4
    run(source, tmp_path / "out", changed(SETTINGS, {"level_dbfs": -30.0}))
    assert len(measured) == 8
    write_wav(source / "1.wav", speech(1.6))
    run(source, tmp_path / "out", changed(SETTINGS, {"level_dbfs": -30.0}))
    assert measured[8:] == ["1"]


def test_settings_that_come_back_do_not_bring_stale_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = corpus_of(tmp_path / "in", 2), tmp_path / "out"

    def level() -> float:
        corpus = Corpus.open(out)
        return 20 * np.log10(corpus.features(corpus.train[0]).audio.astype(np.float32).std() / 32768)

    run(source, out)
    loud = level()
    run(source, out, changed(SETTINGS, {"level_dbfs": -30.0}))
    assert level() == pytest.approx(loud - 7.5, abs=0.1)
    run(source, out)
    assert level() == pytest.approx(loud, abs=0.1)

    measure = job.measure_clip

    def killed(clip: job.Clip, *arguments: object) -> object:
        measure(clip, *arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt  # its features are written, and nobody has noted it

    monkeypatch.setattr(job, "measure_clip", killed)
    with pytest.raises(KeyboardInterrupt):
        run(source, out, changed(SETTINGS, {"level_dbfs": -30.0}))
    monkeypatch.setattr(job, "measure_clip", measure)
    run(source, out)
    assert level() == pytest.approx(loud, abs=0.1)


def test_speakers_and_emotions_by_names_that_units_know(tmp_path: Path) -> None:
    rows = []
    for name, speaker, emotion in (
        ("a", "mei", "Happy"), ("b", "mei", "悲伤"), ("c", "Mei Li", ""), ("d", "a$b", ""), ("e", "mei", "hungry"),
    ):  # fmt: skip
        write_wav(tmp_path / "in" / f"{name}.wav", speech(1.5))
        rows.append({"id": name, "text": TEXT, "speaker": speaker, "emotion": emotion})
    write_jsonl(tmp_path / "in" / "list.jsonl", rows)
    told: list[str] = []
    settings = changed(SETTINGS, {"valid_share": 0.0})
    found = prepare(tmp_path / "in", tmp_path / "out", settings, workers=1, told=lambda r: told.append(str(r)))
    assert [(u.id, u.emotion) for u in found.corpus.train] == [("a", "happy"), ("b", "sad")]
    assert [line.partition(":")[0] for line in told] == [f"rejected {name} ({name}.wav)" for name in "cde"]
    assert "one word" in told[0]
    assert "one of neutral" in told[2]
    everyone = changed(settings, {"everyone": "xin"})
    corpus = prepare(tmp_path / "in", tmp_path / "all", everyone, workers=1).corpus
    assert [(u.id, u.speaker) for u in corpus.train] == [("a", "xin"), ("b", "xin"), ("c", "xin"), ("d", "xin")]


def test_the_report_names_the_clips_that_differ_most(tmp_path: Path) -> None:
    source = corpus_of(tmp_path / "in", 5)  # F0 rises with the number
    page = write_report(run(source, tmp_path / "out")).read_text(encoding="utf-8")
    row = next(line for line in page.replace("<tr>", "\n").split("\n") if "median F0 of a clip, Hz</td>" in line)
    lowest, highest = row.split("<td>")[2:4]
    assert [name.split()[0] for name in lowest.split(", ")] == ["0", "1", "2"]
    assert [name.split()[0] for name in highest.split(", ")] == ["4", "3", "2"]


def test_everything_but_one_clip_can_be_held_out(tmp_path: Path) -> None:
    corpus = run(corpus_of(tmp_path / "in", 3), tmp_path / "out", changed(SETTINGS, {"valid_share": 0.99})).corpus
    assert (len(corpus.train), len(corpus.valid)) == (1, 2)


def test_a_corpus_is_not_prepared_over_its_recordings(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="name another folder"):
        run(corpus_of(tmp_path / "in", 1), tmp_path / "in" / ".")
    with pytest.raises(CorpusError, match="name another folder"):
        run(tmp_path / "in" / "list.jsonl", tmp_path / "in")
    with pytest.raises(CorpusError, match="does not exist"):
        run(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_several_processes_make_the_same(tmp_path: Path) -> None:
    source = corpus_of(tmp_path / "in", 4)
    alone, together = (
        prepare(source, tmp_path / name, SETTINGS, workers=workers).corpus for name, workers in (("a", 1), ("b", 2))
    )
    assert (alone.train, alone.valid, alone.description) == (together.train, together.valid, together.description)
    for utterance in alone.train:
        np.testing.assert_array_equal(alone.features(utterance).mel, together.features(utterance).mel)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(OptionError, match="valid_share"):
        changed(SETTINGS, {"valid_share": 1.5})
    with pytest.raises(OptionError, match="unknown preset"):
        preset("44k")
