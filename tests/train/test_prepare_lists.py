"""Lists as people keep them: encodings, columns, names of files, marks and pinyin in the text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from corpora import write_text, write_wav
from hypothesis import given
from hypothesis import strategies as st

from langsong.train.corpus_format import UTTERANCE_ID_PATTERN
from langsong.train.prepare.clips import Clip, Listing
from langsong.train.prepare.layouts import read_corpus
from langsong.train.prepare.transcripts import fault_of, spoken

SOUND = np.zeros(100, np.float32)
FILES = sorted(Path(__file__).parent.glob("*.py"))
"""Files that exist; nobody reads them."""


def wavs(folder: Path, *names: str) -> None:
    for name in names:
        write_wav(folder / "sound.wav", SOUND)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "sound.wav").rename(folder / name)


def pairs(listing: Listing, folder: Path) -> list[tuple[str, str]]:
    """Which text goes with which file."""
    return [(clip.audio.relative_to(folder).as_posix(), clip.text) for clip in listing.clips]


@pytest.mark.parametrize(
    ("files", "name", "content"),
    [
        (["a.WAV", "b.Wav"], "list.TSV", "a\t你好\nb.wav\t再见\n"),
        (["a.flac", "b.flac"], "list.csv", "a.wav,你好\nb.wav,再见\n"),
        (["wavs/a.wav", "wavs/b.wav"], "list.csv", "文件名;文本\nwavs\\a.wav;你好\nwavs\\b.wav;再见\n"),
        (["x/a.wav", "y/z/b.wav"], "transcript/all.txt", "a 你好\nb 再见\n"),
        (["a.wav", "b.wav"], "text", "a 你好\nb 再见\n"),
        (["wav/a.wav", "wav/b.wav"], "metadata.txt", "a|你好|\nb|再见|再见\n"),
        (["a.wav", "b.wav"], "voice.list", "a.wav|mei|zh|你好\nb.wav|mei|zh|再见\n"),
        (["a.wav", "b.wav"], "metadata.csv", "a|mei|你好\nb|再见|mei\n"),
        (["a.wav", "b.wav"], "list.txt", "a.wav,你好\nb.wav,再见\n"),
        (["a.wav", "b.wav"], "list.csv", "path,content\na.wav,你好\nb.wav,再见\n"),
        (["a.wav", "b.wav", "._a.wav", "__MACOSX/b.wav"], "list.tsv", "a\t你好\nb\t再见\n"),
    ],
)
def test_lists_that_people_have(tmp_path: Path, files: list[str], name: str, content: str) -> None:
    wavs(tmp_path, *files)
    write_text(tmp_path / name, content)
    listing = read_corpus(tmp_path)
    assert pairs(listing, tmp_path) == [(files[0], "你好"), (files[1], "再见")]
    assert not listing.rejected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    (tmp_path / "list.csv").write_bytes("a.wav,他说“你好”\r\nb.wav,再见\r\n".encode(encoding))
    assert pairs(read_corpus(tmp_path), tmp_path) == [("a.wav", "他说“你好”"), ("b.wav", "再见")]


def test_a_transcript_that_is_no_text_spoils_its_own_clip_only(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    write_text(tmp_path / "a.TXT", "你好")
    (tmp_path / "b.txt").write_bytes(b"\xff\xff")
    listing = read_corpus(tmp_path)
    assert pairs(listing, tmp_path) == [("a.wav", "你好")]
    ((name, reason),) = [(r.id, r.reason) for r in listing.rejected]
    assert (name, "not text in UTF-8" in reason) == ("b", True)


@pytest.mark.parametrize(
    ("files", "texts", "expected"),
    [
        (["wav/a.wav", "wav/b.wav"], ["txt/a.txt", "txt/b.txt"], ["wav/a.wav", "wav/b.wav"]),
        (["A/001.wav", "B/001.wav"], ["B/001.txt"], ["B/001.wav"]),
        (["Ab.wav", "aB.wav"], ["Ab.txt", "aB.txt"], ["Ab.wav", "aB.wav"]),
        (["Ab.wav", "aB.wav"], ["aB.txt"], ["aB.wav"]),
        (["a.wav", "a.mp3"], ["a.txt"], ["a.wav"]),
        (["a.wav"], ["x/a.txt", "y/a.txt"], []),
        (["x/a.wav", "y/a.wav"], ["txt/a.txt"], []),
    ],
)
def test_transcripts_go_with_their_own_recordings(
    files: list[str], texts: list[str], expected: list[str], tmp_path: Path
) -> None:
    wavs(tmp_path, *files)
    for name in texts:
        write_text(tmp_path / name, f"这是{name[:-4]}")
    listing = read_corpus(tmp_path)
    assert [name for name, _ in pairs(listing, tmp_path)] == expected
    assert all(clip.text.endswith(clip.audio.stem) for clip in listing.clips)
    assert len(listing.rejected) == len(files) - len(expected)


def test_a_text_is_read_rather_than_labels_of_the_same_name(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav")
    write_text(tmp_path / "a.lab", "0 500000 n")
    write_text(tmp_path / "a.txt", "你好")
    assert pairs(read_corpus(tmp_path), tmp_path) == [("a.wav", "你好")]


def test_a_word_for_a_column_in_the_first_text_makes_no_header(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    write_text(tmp_path / "list.csv", "a.wav,文件\nb.wav,再见\n")
    assert pairs(read_corpus(tmp_path), tmp_path) == [("a.wav", "文件"), ("b.wav", "再见")]


@pytest.mark.parametrize(
    "stray",
    [
        {"speakers.csv": "id,gender\nmei,female\n"},
        {"durations.csv": "file,seconds\na.wav,3.2\n"},
        {"utt2spk": "a mei\nb mei\n", "README.txt": "读我" * 200},
        {".git/index2": "a 你\nb 好\n"},
    ],
)
@pytest.mark.parametrize("lists", [{"a.txt": "你好", "b.txt": "再见"}, {"text": "a 你好\nb 再见\n"}])
def test_stray_lists_do_not_matter(lists: dict[str, str], stray: dict[str, str], tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    for name, content in (lists | stray).items():
        write_text(tmp_path / name, content)
    assert pairs(read_corpus(tmp_path), tmp_path) == [("a.wav", "你好"), ("b.wav", "再见")]


def test_a_table_that_cannot_be_read_is_named_beside_one_that_can(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav")
    write_text(tmp_path / "good.csv", "a.wav,你好\n")
    write_text(tmp_path / "bad.csv", 'b.wav,"你好\n')
    listing = read_corpus(tmp_path)
    assert pairs(listing, tmp_path) == [("a.wav", "你好")]
    assert [(r.source, "not closed" in r.reason) for r in listing.rejected] == [("bad.csv", True)]


def test_a_list_that_is_at_fault_says_more_than_missing_transcripts(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav")
    write_text(tmp_path / "x.list", "a.wav|mei|ZH|你好|n i h ao|3 3|2 2\n")
    assert "7 columns and not 4" in read_corpus(tmp_path).rejected[0].reason


def test_recordings_are_known_by_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wavs(tmp_path, "corpus/wav/a.wav", "corpus/wav/b.wav", "corpus/wav/c.wav")
    rows = f"{tmp_path}/corpus/wav/a.wav\t一\n../wav/b.wav\t二\nC.WAV\t三\n"
    write_text(tmp_path / "corpus" / "meta" / "list.txt", rows)
    monkeypatch.chdir(tmp_path)
    listing = read_corpus(Path("corpus"))
    assert [clip.text for clip in listing.clips] == ["一", "二", "三"]
    assert not listing.rejected


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = "录音".encode("gbk").decode("utf-8", "surrogateescape")
    wavs(tmp_path, f"{name}.wav", f"{name}2.wav")
    write_text(tmp_path / f"{name}.txt", "你好")
    listing = read_corpus(tmp_path)
    assert len(listing.clips) == len(listing.rejected) == 1
    said = f"{listing.clips[0].id} {listing.rejected[0]}"
    assert said.encode("utf-8")


@pytest.mark.parametrize(
    "files", [["录音 1.wav", "录音 2.wav"], ["New (1).wav", "New [1].wav"], ["d0/1.wav", "d1/1.wav"]]
)
def test_every_file_is_a_clip_whatever_its_name(tmp_path: Path, files: list[str]) -> None:
    wavs(tmp_path, *files)
    write_text(tmp_path / "list.tsv", "".join(f"{name}\t你好\n" for name in files))
    listing = read_corpus(tmp_path)
    assert [clip.audio for clip in listing.clips] == [tmp_path / name for name in files]
    assert len({clip.id for clip in listing.clips}) == 2
    assert not listing.rejected


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=6, unique=True))
def test_ids_are_names_of_files_and_unlike_whatever_is_listed(names: list[str]) -> None:
    listing = Listing("test")
    for number, name in enumerate(names):
        listing.add(Clip(name, FILES[number], "好"), "here")
    ids = [clip.id for clip in listing.clips]
    assert len(ids) == len({name.casefold() for name in ids}) == len(names)
    for name in ids:
        assert re.fullmatch(UTTERANCE_ID_PATTERN, name)
        assert len(name.encode()) < 250


def test_one_recording_twice_is_said_and_one_name_twice_is_not(tmp_path: Path) -> None:
    wavs(tmp_path, "x/1.wav", "y/1.wav")
    write_text(tmp_path / "list.tsv", "x/1.wav\t一\ny/1.wav\t二\nx/1\t三\n")
    listing = read_corpus(tmp_path)
    assert [(clip.id, clip.text) for clip in listing.clips] == [("1", "一"), ("y_1", "二")]
    assert [(r.id, r.reason.split(" is")[0]) for r in listing.rejected] == [("1", "its recording")]
    write_text(tmp_path / "list.tsv", "id\taudio\ttext\n1\tx/1.wav\t一\n2\tx/1.wav\t二\n1\ty/1.wav\t三\n")
    listing = read_corpus(tmp_path)
    assert [(clip.id, clip.text) for clip in listing.clips] == [("1", "一")]
    assert [r.reason.split(" is")[0] for r in listing.rejected] == ["its recording", "its id"]


def test_a_recording_of_another_folder_is_not_taken_for_a_missing_one(tmp_path: Path) -> None:
    wavs(tmp_path, "y/1.wav")
    write_text(tmp_path / "list.tsv", "x/1.wav\t一\n")
    assert next(r.reason for r in read_corpus(tmp_path).rejected) == "its file 1.wav is missing"


@pytest.mark.parametrize(
    ("name", "content", "expected", "reason"),
    [
        ("l.csv", 'audio,text\na.wav,"你,好"\nb.wav,上海,真的好\n', {"a": "你,好"}, "3 columns and not 2: a text with"),
        ("l.csv", "a.wav,你好\nc.wav,好\nb.wav,上海,真的好\n", {"a": "你好", "c": "好"}, "3 columns and not 2"),
        ("l.csv", "b.wav,上海,真的好\na.wav,你好\nc.wav,好\n", {"a": "你好", "c": "好"}, "3 columns and not 2"),
        ("l.csv", 'a.wav,"你\n好"\nc.wav,好\n', {"c": "好"}, "goes on in the next line"),
        ("l.tsv", '"a.wav"\t"说""好"""\n"c.wav"\t"你好"\n', {"a": '说"好"', "c": "你好"}, ""),
        ("l.tsv", 'a.wav\t"你"好\nc.wav\t"好"和"坏"\n', {"a": '"你"好', "c": '"好"和"坏"'}, ""),
        ("l.csv", "a|2023|二零二三\nc|ni3|你\n", {"a": "二零二三", "c": "你"}, ""),
        ("l.jsonl", '{"id":"a","text":"你\u2028好"}\n', {"a": "你\u2028好"}, ""),
        ("l.jsonl", '{"id":"a","text":"好","durations":[1' + "0" * 400 + "]}\n", {}, "not usable"),
    ],
)
def test_columns_are_what_they_seem_or_the_line_is_rejected(
    name: str, content: str, expected: dict[str, str], reason: str, tmp_path: Path
) -> None:
    wavs(tmp_path, "a.wav", "b.wav", "c.wav")
    write_text(tmp_path / name, content)
    listing = read_corpus(tmp_path)
    assert {clip.id: clip.text for clip in listing.clips} == expected
    assert {clip.speaker for clip in listing.clips} <= {""}
    told = [r.reason for r in listing.rejected if "no list mentions" not in r.reason]
    assert [reason in each for each in told] == [True] * bool(reason)


def test_an_emotion_in_the_third_column_is_no_speaker(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    write_text(tmp_path / "0001.txt", "a\t你好\t生气\nb\t再见\tmei\n")
    assert [(clip.speaker, clip.emotion) for clip in read_corpus(tmp_path).clips] == [("", "生气"), ("mei", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海#1市第#2一#4", ("上海市第一", ())),
        ("今天天气好。#4", ("今天天气好。", ())),
        ("今 jin1 天 tian1 。", ("今天。", ("jin1", "tian1"))),
        ("排名 #1", ("排名 #1", ())),
        ("第#15页", ("第#15页", ())),
        ("广 guang3 州 zhou1", ("广州", ("guang3", "zhou1"))),
        ("绿 lü4 女 nv3", ("绿女", ("lü4", "nv3"))),
        ("广 州", ("广 州", ())),
        ("广 A1", ("广 A1", ())),
    ],
)
def test_what_a_transcript_says(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shang4 hai3", "pinyin alone"),
        ("上 shang4 海 hai3，市", "not one syllable after each hanzi"),
        ("MP3", ""),
        ("h5", ""),
        ("我在 a1 班", ""),
        ("银行{hang2}行长{zhang3}", ""),
        ("……", ""),
        (" ", "no transcript"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    assert reason in fault_of(text, ())
    assert bool(reason) == bool(fault_of(text, ()))
