"""Lists as people keep them: encodings, columns, names of files, marks and pinyin in the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from corpora import write_text, write_wav
from hypothesis import given
from hypothesis import strategies as st

from langsong.train.prepare.clips import Clip, Listing, safe_name
from langsong.train.prepare.layouts import read_corpus
from langsong.train.prepare.transcripts import hanzi_and_pinyin, spoken

SOUND = np.zeros(100, np.float32)


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


def test_transcripts_in_a_folder_of_their_own_and_stray_tables(tmp_path: Path) -> None:
    wavs(tmp_path, "wav/a.wav", "wav/b.wav")
    write_text(tmp_path / "txt" / "a.txt", "你好")
    write_text(tmp_path / "txt" / "b.txt", "再见")
    write_text(tmp_path / "speakers.csv", "id,gender\nmei,female\n")
    assert pairs(read_corpus(tmp_path), tmp_path) == [("wav/a.wav", "你好"), ("wav/b.wav", "再见")]


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
def test_names_are_safe_and_tell_clips_apart(names: list[str]) -> None:
    listing = Listing("test")
    for name in names:
        listing.add(Clip("", Path("/nowhere") / (name.replace("/", "_").replace("\0", "_") or "x"), "好"), "here")
    given_ids = [safe_name(name) for name in names]
    assert all(name and name[0] not in "._-/" and "/" not in name and " " not in name for name in given_ids)
    assert all(len(name.encode()) < 250 for name in [*given_ids, *(r.id for r in listing.rejected)])


def test_one_recording_twice_is_said_and_one_name_twice_is_not(tmp_path: Path) -> None:
    wavs(tmp_path, "x/1.wav", "y/1.wav")
    write_text(tmp_path / "list.tsv", "x/1.wav\t一\ny/1.wav\t二\nx/1\t三\n")
    listing = read_corpus(tmp_path)
    assert [(clip.id, clip.text) for clip in listing.clips] == [("1", "一"), ("y_1", "二")]
    assert [(r.id, r.reason) for r in listing.rejected] == [
        ("1", "its recording is listed twice; the first one is used")
    ]


def test_a_recording_of_another_folder_is_not_taken_for_a_missing_one(tmp_path: Path) -> None:
    wavs(tmp_path, "y/1.wav")
    write_text(tmp_path / "list.tsv", "x/1.wav\t一\n")
    assert next(r.reason for r in read_corpus(tmp_path).rejected) == "its file 1.wav is missing"


def test_columns_that_a_comma_made_are_not_dropped(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    for header in ("", "audio,text\n"):
        write_text(
            tmp_path / "list.csv", f"{header}a.wav,你好\nb.wav,上海,真的好\n".replace("a.wav,你好", 'a.wav,"你,好"')
        )
        listing = read_corpus(tmp_path)
        if header:
            assert pairs(listing, tmp_path) == [("a.wav", "你,好")]
            assert "it has 3 columns and not 2" in listing.rejected[0].reason


def test_an_emotion_in_the_third_column_is_no_speaker(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    write_text(tmp_path / "0001.txt", "a\t你好\t生气\nb\t再见\tmei\n")
    assert [(clip.speaker, clip.emotion) for clip in read_corpus(tmp_path).clips] == [("", "生气"), ("mei", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上海#1市第#2一#4", ("上海市第一", ())),
        ("第#1名", ("第#1名".replace("#1", ""), ())),
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


def test_pinyin_alone_is_refused(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav")
    write_text(tmp_path / "a.txt", "shang4 hai3")
    assert "pinyin alone" in read_corpus(tmp_path).rejected[0].reason
    assert hanzi_and_pinyin([]) is None
