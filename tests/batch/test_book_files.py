"""A book from its text to its files, with a tiny voice."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from langsong.audio.files import write_audio
from langsong.audio.label import read_label
from langsong.audio.loudness import speech_level
from langsong.batch.book.assembly import assemble, file_name
from langsong.batch.book.container import FORMATS, book_format, check_cover
from langsong.batch.book.content import Book, Chapter, Paragraph
from langsong.batch.book.job import items_of, speak_pieces
from langsong.batch.book.pieces import PAUSE_S, Part, Piece, parts_of
from langsong.batch.book.timeline import LEVEL_DBFS, PEAK_DBFS, Timeline
from langsong.batch.execution import on_threads
from langsong.batch.manifest import Item, Manifest
from langsong.batch.work import Outcome, Speaker, Task
from langsong.errors import AudioError, OptionError, TextError

RATE = 16000


def book_of(*chapters: tuple[str, Sequence[str | Paragraph]], **facts: Any) -> Book:
    def paragraph(text: str | Paragraph) -> Paragraph:
        return text if isinstance(text, Paragraph) else Paragraph(text)

    return Book(tuple(Chapter(title, tuple(map(paragraph, texts))) for title, texts in chapters), **facts)


BOOK = book_of(
    ("第一章", ["清晨，风来了。他笑了。", "＊＊＊", "河水很凉。"]),
    ("第二章", ["他回来了。"]),
    title="故乡",
    author="某人",
)


@pytest.fixture(scope="module")
def parts(tiny: Path) -> Callable[..., list[Part]]:
    def call(book: Book, *, script: bool = False, **defaults: Any) -> list[Part]:
        wanted = {"voice": str(tiny), "sample_rate": RATE, **defaults}
        return parts_of(book, wanted, lambda name: (name or "",), script=script)

    return call


@pytest.fixture
def timeline(parts: Callable[..., list[Part]], speaking: Speaker, tmp_path: Path) -> Callable[..., Timeline]:
    """Speaks a book, and where its pieces are then."""

    def call(book: Book, **options: Any) -> Timeline:
        planned = parts(book, **options)
        with Manifest(tmp_path / "pieces") as manifest:
            assert speak_pieces(planned, manifest, on_threads(speaking), 2) == []
        return Timeline(planned, tmp_path / "pieces")

    return call


@pytest.mark.parametrize("format", FORMATS)
def test_files_have_chapters_tags_cover_and_label(
    timeline: Callable[..., Timeline], cover: bytes, tmp_path: Path, format: str
) -> None:
    spoken = timeline(BOOK)
    (tmp_path / "out" / "chapters").mkdir(parents=True)
    (tmp_path / "out" / "chapters" / ".001 第一章.m4a.tmp-0123abcd").write_bytes(b"left by a kill")
    book = Book(BOOK.chapters, BOOK.title, BOOK.author, cover)
    whole = assemble(book, spoken, tmp_path / "out", "故乡", book_format(format))
    suffixes = FORMATS[format].sound.suffixes
    assert whole.name == f"故乡{suffixes[0]}"
    listing = json.loads((tmp_path / "out" / "故乡.json").read_text(encoding="utf-8"))
    chapters = [tmp_path / "out" / chapter["audio"] for chapter in listing["chapters"]]
    assert [path.name for path in chapters] == [f"001 第一章{suffixes[1]}", f"002 第二章{suffixes[1]}"]
    seconds = 0.0
    for path, title in ((chapters[0], "第一章"), (chapters[1], "第二章"), (whole, "故乡")):
        assert read_label(path) is not None
        with av.open(str(path)) as file:
            tags = {**file.metadata, **file.streams.audio[0].metadata}
            assert (tags["title"], tags["artist"], tags["album"]) == (title, "某人", "故乡")
            assert [stream.type for stream in file.streams].count("video") == 1
            assert file.duration is not None
            if path != whole:
                seconds += file.duration / av.time_base
                assert tags["track"].startswith(path.name[2])
                continue
            assert file.duration / av.time_base == pytest.approx(seconds, abs=0.1)
            assert file.duration / av.time_base == pytest.approx(listing["duration"], abs=0.1)
            marks = [(m["start"] * m["time_base"], m["metadata"]["title"]) for m in file.chapters()]
            wanted = [(chapter["start"], chapter["title"]) for chapter in listing["chapters"]]
            assert [title for _, title in marks] == [title for _, title in wanted]
            assert [float(start) for start, _ in marks] == pytest.approx([start for start, _ in wanted], abs=0.002)
            assert sum(frame.samples for frame in file.decode(audio=0)) > 0
    assert not list((tmp_path / "out").rglob(".*"))


def test_times_of_words_are_the_models(
    timeline: Callable[..., Timeline], speaking: Speaker, tiny: Path, tmp_path: Path
) -> None:
    """Within a frame, rising, within their chapter; sentences follow one another from its start to its end."""
    spoken = timeline(BOOK)
    assemble(BOOK, spoken, tmp_path / "out", "a", book_format("opus"))
    listing = json.loads((tmp_path / "out" / "a.json").read_text(encoding="utf-8"))
    synthesizer = speaking.voice(str(tiny))
    frame_s = 1 / synthesizer.voice.manifest.audio.frame_rate
    for stretch, chapter in zip(spoken.stretches, listing["chapters"], strict=True):
        found = json.loads((tmp_path / "out" / chapter["words"]).read_text(encoding="utf-8"))
        wanted = [
            word.shifted((placed.start - stretch.start) / RATE)
            for placed in stretch.pieces
            for word in synthesizer.say(placed.facts["text"], sample_rate=RATE).words
        ]
        words = [word for sentence in found["sentences"] for word in sentence["words"]]
        assert [word["text"] for word in words] == [word.text for word in wanted]
        for word, model in zip(words, wanted, strict=True):
            assert word["start"] == pytest.approx(model.start_s, abs=frame_s)
            assert word["end"] == pytest.approx(model.end_s, abs=frame_s)
        times = [time for word in words for time in (word["start"], word["end"])]
        assert times == sorted(times)
        borders = [(sentence["start"], sentence["end"]) for sentence in found["sentences"]]
        assert borders[0][0] == 0.0
        assert [end for _, end in borders] == [*(start for start, _ in borders[1:]), found["duration"]]
        assert found["duration"] == pytest.approx(chapter["end"] - chapter["start"], abs=2e-4)
        assert times[-1] <= found["duration"]
    assert [chapter["start"] for chapter in listing["chapters"]][1:] == [c["end"] for c in listing["chapters"]][:-1]
    assert listing["chapters"][-1]["end"] == listing["duration"]


def test_subtitles_of_the_whole(timeline: Callable[..., Timeline], tmp_path: Path) -> None:
    spoken = timeline(BOOK)
    assemble(BOOK, spoken, tmp_path / "out", "a", book_format("opus"))
    text = (tmp_path / "out" / "a.srt").read_text(encoding="utf-8")
    cues = [block.split("\n") for block in text.strip().split("\n\n")]
    assert "".join(cue[2] for cue in cues) == "第一章清晨，风来了。他笑了。河水很凉。第二章他回来了。"
    starts, ends = zip(*(cue[1].split(" --> ") for cue in cues), strict=True)
    assert starts[0] == "00:00:00,000"
    assert starts[1:] == ends[:-1]
    assert {path.suffix for path in (tmp_path / "out" / "chapters").iterdir()} == {
        ".opus", ".srt", ".vtt", ".lrc", ".json",
    }  # fmt: skip
    assert (tmp_path / "out" / "a.vtt").read_text(encoding="utf-8").startswith("WEBVTT")
    assert (tmp_path / "out" / "a.lrc").read_text(encoding="utf-8").startswith("[00:00.00]第一章")


def test_pauses_and_joins(timeline: Callable[..., Timeline]) -> None:
    spoken = timeline(BOOK)
    first, second = spoken.stretches
    pauses = [(placed.end - placed.start - placed.facts["samples"]) / RATE for placed in first.pieces]
    assert pauses == [PAUSE_S["title"], PAUSE_S["scene"], PAUSE_S["chapter"]]
    assert [(p.end - p.start - p.facts["samples"]) / RATE for p in second.pieces] == [PAUSE_S["title"], 0.0]
    samples = np.concatenate(list(spoken.sound(first)))
    assert len(samples) == first.end - first.start
    for placed in first.pieces:
        end = placed.start + placed.facts["samples"]
        assert samples[placed.start] == samples[end - 1] == 0.0  # no step to the silence
        assert np.abs(samples[placed.start : end]).max() > 0.01
        assert not samples[end : placed.end].any()


def test_speakers_become_equally_loud(timeline: Callable[..., Timeline]) -> None:
    lines = ["@甲 speaker=F7 volume=-12", "@乙 speaker=M7", "甲: 你好，世界。", "乙: 今天天气真好。", "甲: 再见。"]
    spoken = timeline(book_of(("", lines)), script=True)
    (stretch,) = spoken.stretches
    samples = np.concatenate(list(spoken.sound(stretch)))
    levels = {}
    for speaker in ("F7", "M7"):
        own = [samples[p.start : p.start + p.facts["samples"]] for p in stretch.pieces if p.piece.speaker == speaker]
        levels[speaker] = speech_level(np.concatenate(own), RATE)
    peak = 20 * np.log10(np.abs(samples).max())
    assert peak <= PEAK_DBFS + 0.01
    assert levels["F7"] == pytest.approx(levels["M7"], abs=1.0)
    assert levels["F7"] == pytest.approx(LEVEL_DBFS, abs=1.0) or peak == pytest.approx(PEAK_DBFS, abs=0.01)


def test_roles_hold_over_chapters_and_their_mistakes_have_a_place(parts: Callable[..., list[Part]]) -> None:
    book = book_of(("一", ["@甲 speaker=F7", "甲: 好。"]), ("二", ["甲[悲伤]: 不好。", "乙: 谁？"]))
    found = parts(book, script=True)
    said = [[(p.item.request or {})["text"] for p in part.pieces] for part in found]
    assert said == [["一", "@甲 speaker=F7\n甲: 好。"], ["二", "@甲 speaker=F7\n甲[悲伤]: 不好。", "乙: 谁？"]]
    assert [[p.speaker for p in part.pieces] for part in found] == [["", "F7"], ["", "F7", ""]]
    with pytest.raises(TextError, match=r"^chapter 1, paragraph 2 \(甲: 好。…\): .*no 'colour'"):
        parts(book_of(("一", ["@甲 colour=red", "甲: 好。"])), script=True)
    with pytest.raises(TextError, match=r"^chapter 1, paragraph 2 \(有ไทย。…\): .*at character 1 cannot be read"):
        parts(book_of(("", ["好。", "有ไทย。"])))
    with pytest.raises(TextError, match=r"^chapter 1, paragraph 1 .*speed = 9"):
        parts(book_of(("", [Paragraph("好。", options={"speed": 9})])))


def test_long_paragraphs_are_divided_between_sentences(parts: Callable[..., list[Part]]) -> None:
    sentences = [f"这是第{n}句，它有一点长。" for n in range(100)]
    (part,) = parts(book_of(("", ["".join(sentences)])))
    texts = [(piece.item.request or {})["text"] for piece in part.pieces]
    assert "".join(texts) == "".join(sentences)
    assert all(len(text) <= 400 and text.endswith("。") for text in texts)
    assert {piece.pause_s for piece in part.pieces[:-1]} == {PAUSE_S["part"]}


def test_a_changed_book_is_spoken_anew_where_it_was_changed(
    parts: Callable[..., list[Part]], speaking: Speaker, tmp_path: Path
) -> None:
    spoken: list[str] = []

    def noting(task: Task) -> Outcome:
        spoken.append(task.request["text"])
        return speaking(task)

    def speak(book: Book, **options: Any) -> int:
        spoken.clear()
        with Manifest(tmp_path) as manifest:
            return len(speak_pieces(parts(book, **options), manifest, on_threads(noting), 2))

    assert speak(BOOK) == 0
    assert len(spoken) == 5
    changed = book_of(("第一章", ["清晨，风来了。他笑了。", "河水很冷。"]), ("第二章", ["他回来了。", "他回来了。"]))
    assert speak(changed) == 0
    assert spoken == ["河水很冷。"]
    assert {path.stem for path in tmp_path.glob("*.flac")} == set(items_of(parts(changed)))
    assert speak(book_of(("", ["你好{hao9}。", "好。"]))) == 1
    assert speak(book_of(("", ["你好{hao9}。", "好。"]))) == 1  # failures are tried again
    assert spoken == ["你好{hao9}。"]
    progress: list[tuple[int, int] | int] = []
    planned = parts(book_of(("", ["你好。", "好。"])))
    with Manifest(tmp_path) as manifest:
        speak_pieces(
            planned,
            manifest,
            on_threads(speaking),
            1,
            lambda total, did: progress.append((total, did)),
            progress.append,
        )
    assert progress == [(5, 2), 3]


def test_cues_are_spoken_in_their_slots(timeline: Callable[..., Timeline], speaking: Speaker, tiny: Path) -> None:
    usual = speaking.voice(str(tiny)).say("今天天气真好。", sample_rate=RATE).duration_s
    cues = [
        Paragraph("今天天气真好。", 1.0, 10.0),
        Paragraph("♪", 11.0, 1.0),
        Paragraph("今天天气真好。", 12.0, 0.8 * usual),
        Paragraph("今天天气真好。", 12.0 + 0.8 * usual, 0.2 * usual),
        Paragraph("好。", 12.0 + usual, 3.0),
    ]
    spoken = timeline(book_of(("", cues)))
    (stretch,) = spoken.stretches
    starts = [placed.start / RATE for placed in stretch.pieces]
    seconds = [placed.facts["duration"] for placed in stretch.pieces]
    assert starts[:3] == pytest.approx([1.0, 12.0, 12.0 + 0.8 * usual], abs=0.1)
    assert seconds[0] == pytest.approx(usual, abs=0.02)
    assert seconds[1] < 0.85 * usual  # spoken faster
    assert seconds[2] > 0.2 * usual  # but not as fast as that,
    assert starts[3] == pytest.approx(starts[2] + seconds[2], abs=0.01)  # so that the next one waits
    assert spoken.late_s == pytest.approx(starts[3] - 12.0 - usual, abs=0.1)
    assert len(np.concatenate(list(spoken.sound(stretch)))) == stretch.end
    sentences = spoken.transcript(stretch).sentences
    assert [sentence.start_s for sentence in sentences] == pytest.approx(starts)
    assert sentences[0].end_s == pytest.approx(1.0 + seconds[0], abs=1e-3)


def test_a_long_book_takes_no_more_memory(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.flac", (0.1 * np.sin(np.arange(3 * RATE) / 20)).astype(np.float32), RATE)
    words = [{"text": "好", "start": 0.0, "end": 5.0, "phones": []}]
    facts = {
        "id": "a", "audio": "a.flac", "text": "好", "sample_rate": RATE, "samples": 5 * RATE, "duration": 5.0,
        "level_dbfs": -23.0, "sentences": [{"text": "好", "start": 0.0, "end": 5.0, "words": words}],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(facts))
    piece = Piece(Item("a", "d", {"text": "好"}), "", 0.0)

    def peak(chapters: int) -> int:
        timeline = Timeline([Part(f"第{n}章", (piece,) * 4) for n in range(chapters)], tmp_path)
        gc.collect()  # what other tests in this process left would be counted when it is let go
        tracemalloc.start()
        assemble(Book((), "a"), timeline, tmp_path / "out", "a", book_format("opus"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)  # loads what it needs
    assert peak(1) * 1.5 > min(peak(5), peak(5))  # a thread of another test may be counted once


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("第一章 风起", "第一章 风起"),
        ("a/b\\c:d", "a b c d"),
        ("..", ""),
        ("/etc/passwd", "etc passwd"),
        ("很" * 50, "很" * 40),
    ],
)
def test_titles_as_names(title: str, name: str) -> None:
    assert file_name(title) == name


def test_what_cannot_be() -> None:
    with pytest.raises(OptionError, match="unknown format 'wav' for a book; there are m4b, mp3, opus"):
        book_format("wav")
    with pytest.raises(AudioError, match="x is no cover"):
        check_cover(b"GIF89a", "x")
