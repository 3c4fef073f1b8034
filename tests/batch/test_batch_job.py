"""What a job does with its lines, and that a run that ended is gone on with: nothing lost, nothing twice."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.audio.files import read_audio
from langsong.audio.label import read_label
from langsong.batch.lines import read_items
from langsong.batch.manifest import FILE, MOST_ATTEMPTS, Item, Manifest
from langsong.batch.work import Failed, Outcome, Speaker, Spoken, Task
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import AudioError, JobError

Lines = Callable[[Any], Path]
Job = Callable[..., Any]

GOOD = [{"text": "你好。"}, {"text": "再见。", "id": "bye", "format": "flac"}, {"text": "好。", "speed": 1.5}]


class Counting:
    """Counts what is spoken, and does it."""

    def __init__(self, do: Callable[[Task], Outcome]) -> None:
        self.do, self.keys = do, Counter[str]()

    def __call__(self, task: Task) -> Outcome:
        self.keys[task.key] += 1
        return self.do(task)


def test_results_and_what_is_beside_them(lines: Lines, job: Job, tmp_path: Path, tiny: Path) -> None:
    counts = job(lines(GOOD), tmp_path / "out")
    assert (counts.done, counts.failed, counts.waiting) == (3, 0, 0)
    names = {"00001.wav", "00001.json", "bye.flac", "bye.json", "00003.wav", "00003.json", FILE}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    total = 0.0
    for name in ("00001.wav", "bye.flac", "00003.wav"):
        samples, rate = read_audio(tmp_path / "out" / name)
        facts = json.loads((tmp_path / "out" / name).with_suffix(".json").read_text(encoding="utf-8"))
        assert (facts["audio"], facts["sample_rate"]) == (name, rate)
        assert facts["duration"] == pytest.approx(len(samples) / rate, abs=1e-4)
        assert "".join(sentence["text"] for sentence in facts["sentences"]) == facts["text"]
        assert read_label(tmp_path / "out" / name) is not None
        total += facts["duration"]
    assert counts.seconds == pytest.approx(total, abs=1e-3)
    asked = json.loads((tmp_path / "out" / "00003.json").read_text(encoding="utf-8"))["request"]
    assert asked["speed"] == 1.5


def test_lines_that_cannot_be_used(lines: Lines, job: Job, tmp_path: Path, tiny: Path) -> None:
    rows: list[Any] = [
        {"text": "你好。"},
        "no json",
        "[1]",
        {"text": "ไทย"},
        {"text": "好", "colour": "red"},
        {"text": "好", "speed": 9},
        {"text": "好", "id": "../x"},
        {"text": "好", "id": "same"},
        {"text": "好", "id": "same"},
        {"text": "好", "format": "aac"},
        {"text": "好", "voice": "nobody"},
        {"text": "好", "speaker": "nobody"},
        {"text": "好", "reference_audio": "nowhere.wav"},
        {"id": "none"},
        {"text": "小明: 好", "script": True},
    ]
    counts = job(lines(rows), tmp_path / "out")
    with Manifest(tmp_path / "out") as manifest:
        errors = {failure.key: failure.error for failure in manifest.failures()}
    complaints = {
        "line 2": "not JSON", "line 3": "not a JSON object", "00004": "(thai", "line 5": "unknown option 'colour'",
        "line 6": "speed = 9", "line 7": "id = '../x'", "line 9": "the id 'same' is line 8's", "line 10": "aac",
        "line 11": "no voice 'nobody'", "00012": "no speaker 'nobody'", "line 13": "there is no file nowhere.wav",
        "line 14": "text",
    }  # fmt: skip
    assert errors.keys() == complaints.keys()
    for key, part in complaints.items():
        assert part in errors[key], key
        assert "\n" not in errors[key]
    assert (counts.done, counts.failed, counts.waiting) == (3, 12, 0)
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\n{"text": "\xff"}\n\n')
    first, second = read_items(path, {"voice": str(tiny)})
    assert (first.error, second.error) == ("", "not UTF-8 (byte 10)")


def test_only_what_is_new_or_changed_is_spoken(lines: Lines, job: Job, speaking: Speaker, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for rows, expected in (
        (GOOD, {"00001", "bye", "00003"}),
        (GOOD, set()),
        ([*GOOD[:2], GOOD[2] | {"speed": 2.0}], {"00003"}),
        ([*GOOD[:2], {"text": "新。"}, {"text": "又。"}], {"00003", "00004"}),
        ([GOOD[0]], set()),
        ([GOOD[0] | {"format": "flac"}], {"00001"}),
    ):
        counting = Counting(speaking)
        counts = job(lines(rows), out, counting)
        assert counting.keys == Counter(expected)
        assert counts.total == counts.done == len(rows)
    assert not (out / "00001.wav").exists()  # the result of what the line was before
    (out / "00001.flac").unlink()
    counting = Counting(speaking)
    job(lines([GOOD[0] | {"format": "flac"}]), out, counting)
    assert counting.keys == {"00001": 1}


def test_failures_are_tried_again_when_asked_for(lines: Lines, job: Job, speaking: Speaker, tmp_path: Path) -> None:
    def poisoned(task: Task) -> Outcome:
        if task.key == "bye":
            raise MemoryError("too much")
        return speaking(task)

    def fails(task: Task) -> Outcome:
        return Failed(task.key, task.digest, "out of luck") if task.key == "bye" else speaking(task)

    path = lines([*GOOD, "no json"])
    assert job(path, tmp_path / "out", fails).failed == 2
    counting = Counting(speaking)
    assert job(path, tmp_path / "out", counting).failed == 2
    assert not counting.keys
    assert job(path, tmp_path / "out", counting, retry=True).failed == 1
    assert counting.keys == {"bye": 1}
    with pytest.raises(MemoryError):  # of whoever executes, not of the text
        job(lines([{"text": "好。", "id": "bye"}]), tmp_path / "other", poisoned)


def test_whatever_a_text_does_is_its_failure(speaking: Speaker, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a\nb")

    monkeypatch.setattr(Synthesizer, "stream", explode)
    task = Task("a", "d", {"text": "好。", "voice": str(tiny)})
    assert speaking(task) == Failed("a", "d", "RuntimeError: a b")


def test_order_and_limit(lines: Lines, job: Job, speaking: Speaker, tmp_path: Path) -> None:
    path = lines({"text": text} for text in "一二三四五六七八")
    with Manifest(tmp_path / "plan") as manifest:
        manifest.plan(read_items(path, {"voice": None}))
        keys = [f"{n:05}" for n in range(1, 9)]
        assert manifest.waiting() == (keys, [])
        shuffled, _ = manifest.waiting(shuffle=1)
        assert (sorted(shuffled), shuffled == keys) == (keys, False)
        assert manifest.waiting(shuffle=1) == (shuffled, [])
        assert manifest.waiting(shuffle=1, limit=3) == (shuffled[:3], [])
    counting = Counting(speaking)
    counts = job(path, tmp_path / "out", counting, shuffle=1, limit=3)
    assert (counts.done, counts.waiting) == (3, 5)
    assert set(counting.keys) == set(shuffled[:3])
    job(path, tmp_path / "out", counting)
    assert counting.keys == Counter(keys)


def test_what_ends_its_process_comes_last_alone_and_not_for_ever(tmp_path: Path) -> None:
    items = [Item(str(n), "d", {"text": "好"}) for n in range(4)]
    for attempt in range(MOST_ATTEMPTS):
        with Manifest(tmp_path) as manifest:
            manifest.plan(items)
            fresh, suspects = manifest.waiting()
            assert (fresh, suspects) == ((["0", "1", "2", "3"], []) if not attempt else (["0", "2", "3"], ["1"]))
            next(manifest.begin(["1"]))  # and the process ends
    with Manifest(tmp_path) as manifest:
        manifest.plan(items)
        assert manifest.waiting() == (["0", "2", "3"], [])
        (failure,) = manifest.failures()
        assert (failure.key, failure.error) == ("1", "the process ended 3 times while it was spoken")
        manifest.plan(items, retry_failed=True)
        assert manifest.waiting() == (["0", "1", "2", "3"], [])


def spoken(key: str, digest: str = "d", audio: bytes = b"sound") -> Spoken:
    return Spoken(key, digest, audio, ".wav", 1.0, {"text": key})


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_outcomes_in_any_order_and_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """As they come from many machines that may do a task twice: each result is kept once, the first one."""
    folder = tmp_path_factory.mktemp("job")
    keys = ["a", "b", "c"]
    outcomes: list[Outcome] = []
    for key in keys:
        for copy in range(data.draw(st.integers(1, 3))):
            outcomes.append(spoken(key, audio=f"{key}{copy}".encode()))
        if data.draw(st.booleans()):
            outcomes.append(Failed(key, "d", "lost"))
        if data.draw(st.booleans()):
            outcomes.append(spoken(key, digest="of before", audio=b"stale"))
    outcomes.append(spoken("unknown"))
    random.Random(data.draw(st.integers())).shuffle(outcomes)
    with Manifest(folder) as manifest:
        manifest.plan(Item(key, "d", {"text": key}) for key in keys)
        kept = [outcome for outcome in outcomes if manifest.record(outcome)]
        assert manifest.counts().done == 3
        assert [done.key for done in manifest.results()] == keys
    for key in keys:
        (only,) = (o for o in kept if isinstance(o, Spoken) and o.key == key)
        assert (folder / f"{key}.wav").read_bytes() == only.audio
    assert not (folder / "unknown.wav").exists()


def test_what_a_killed_write_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.wav.tmp-0123abcd").write_bytes(b"half")
    (tmp_path / "a.wav").write_bytes(b"whole, and somebody's")
    with Manifest(tmp_path) as manifest:
        manifest.plan([])
    assert {path.name for path in tmp_path.iterdir()} == {"a.wav", FILE}


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JobError, match="cannot make the folder"):
        Manifest(tmp_path / "file" / "out")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(JobError, match="is damaged"):
        Manifest(tmp_path / "bad")
    with Manifest(tmp_path / "mine"), pytest.raises(JobError, match="another run works there"):
        Manifest(tmp_path / "mine")
    with Manifest(tmp_path / "gone") as manifest:
        manifest.plan([Item("a", "d", {"text": "好"})])
        (tmp_path / "gone" / "a.wav").mkdir()
        with pytest.raises(AudioError, match="is a folder"):
            manifest.record(spoken("a"))
        (tmp_path / "gone" / "a.wav").rmdir()
        assert manifest.record(spoken("a"))
