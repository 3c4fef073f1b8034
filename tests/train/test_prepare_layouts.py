"""Corpora are found as people write them, and what is wrong with a list is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from corpora import write_jsonl, write_text, write_wav

from langsong.errors import CorpusError
from langsong.text.units import format_units
from langsong.train.prepare.clips import Clip, Listing
from langsong.train.prepare.kantts_corpus import prosody_units
from langsong.train.prepare.layouts import read_corpus

SOUND = np.zeros(100, np.float32)


def wavs(folder: Path, *names: str) -> None:
    for name in names:
        write_wav(folder / name, SOUND)


def listed(listing: Listing) -> list[tuple[str, str, str, str]]:
    return [(clip.id, clip.text, clip.speaker, clip.emotion) for clip in listing.clips]


def reasons(listing: Listing) -> dict[str, str]:
    return {rejection.id: rejection.reason for rejection in listing.rejected}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", "id,text,speaker,emotion\na,你好,x,happy\nb,再见,y,\n"),
        ("list.csv", "a,你好,x,happy\nb,再见,y\n"),
        ("list.tsv", "text\tfile\tspk\tstyle\n你好\ta.wav\tx\temotion_happy\n再见\tb.wav\ty\t\n"),
        ("list.tsv", "\ufeffa\t你好\tx\thappy\r\n\r\nb\t再见\ty\r\n"),
        (
            "list.jsonl",
            '{"audio": "a.wav", "text": "你好", "speaker": "x", "emotion": "happy", "score": 3}\n'
            '{"id": "b", "text": "再见", "speaker": "y"}\n',
        ),
    ],
)
def test_tables(tmp_path: Path, name: str, content: str) -> None:
    wavs(tmp_path, "a.wav", "b.wav")
    write_text(tmp_path / name, content)
    expected = [("a", "你好", "x", "happy"), ("b", "再见", "y", "")]
    assert listed(read_corpus(tmp_path)) == expected
    listing = read_corpus(tmp_path / name)
    assert listed(listing) == expected
    assert [clip.audio.name for clip in listing.clips] == ["a.wav", "b.wav"]
    assert not listing.rejected


def test_ljspeech(tmp_path: Path) -> None:
    wavs(tmp_path, "wavs/LJ001.wav", "wavs/LJ002.wav")
    write_text(tmp_path / "metadata.csv", 'LJ001|他说"5"|他说"五"\nLJ002|好|好\n')
    assert listed(read_corpus(tmp_path)) == [("LJ001", '他说"五"', "", ""), ("LJ002", "好", "", "")]


def test_aishell3(tmp_path: Path) -> None:
    wavs(tmp_path, "train/wav/SSB0005/SSB00050001.wav")
    write_text(tmp_path / "train" / "content.txt", "SSB00050001.wav\t广 guang3 州 zhou1\nSSB00050002.wav\t女 nv3 大\n")
    listing = read_corpus(tmp_path)
    (clip,) = listing.clips
    assert (clip.id, clip.text, clip.speaker, clip.pinyin) == ("SSB00050001", "广州", "SSB0005", ("guang3", "zhou1"))
    assert list(reasons(listing).values()) == ["the line is not hanzi and pinyin by turns"]


def test_transcripts_beside_the_recordings(tmp_path: Path) -> None:
    wavs(tmp_path, "x/a.wav", "x/b.wav", "c.wav")
    write_text(tmp_path / "x" / "a.txt", "你好\n")
    write_text(tmp_path / "x" / "b.lab", "再见")
    listing = read_corpus(tmp_path)
    assert listed(listing) == [("a", "你好", "", ""), ("b", "再见", "", "")]
    assert reasons(listing) == {"c": "it has no transcript"}


def test_kantts_corpus_as_the_oracle_has_it(shared: Path, tmp_path: Path) -> None:
    case = json.loads((shared / "reference/oracle/prosody_to_symbols.json").read_text(encoding="utf-8"))
    write_text(tmp_path / "prosody" / "prosody.txt", case["prosody_txt"])
    write_text(tmp_path / "emotion_tag.txt", case["emotion_tag_txt"])
    wavs(tmp_path, *(f"wav/{number:06d}.wav" for number in range(1, 6)))
    write_text(tmp_path / "interval" / "000002.interval", "")
    listing = read_corpus(tmp_path)
    expected = [line.split("\t") for line in case["metafile"] if line]
    assert [[clip.id, clip.units.replace("$}", "$F7}")] for clip in listing.clips] == expected
    assert [clip.emotion for clip in listing.clips] == ["neutral", "neutral", "happy", "neutral", "neutral"]
    assert [clip.labels is not None for clip in listing.clips] == [False, True, False, False, False]


def test_ids_of_a_kantts_corpus_become_names_of_files(tmp_path: Path) -> None:
    write_text(tmp_path / "prosody.txt", "x 1\t好#4\n\thao3\ns/2\t好#4\n\thao3\n")
    wavs(tmp_path, "wav/x 1.wav", "wav/s/2.wav")
    assert [clip.id for clip in read_corpus(tmp_path).clips] == ["x_1", "s_2"]


def test_biaobei_keeps_the_same_in_other_folders(tmp_path: Path) -> None:
    write_text(tmp_path / "ProsodyLabeling" / "000001-010000.txt", "000001\t你好#2世界#4。\n\tni2 hao3 shi4 jie4\n")
    wavs(tmp_path, "Wave/000001.wav")
    (clip,) = read_corpus(tmp_path).clips
    assert (clip.id, clip.text, clip.audio.parent.name) == ("000001", "你好世界", "Wave")
    phones = [unit.split("$")[0][1:] for unit in clip.units.split()]
    assert phones == ["n_c", "i_c", "h_c", "ao_c", "#2", "sh_c", "ih_c", "j_c", "ie_c", "#4"]


@pytest.mark.parametrize(("marked", "pinyin"), [("你好#4", "ni3"), ("你#1好", "ni3 hao3 a5"), ("你好", "ni3 xyz3")])
def test_pronunciations_that_do_not_fit_are_reported(tmp_path: Path, marked: str, pinyin: str) -> None:
    write_text(tmp_path / "prosody.txt", f"a\t{marked}\n\t{pinyin}\n")
    wavs(tmp_path, "wav/a.wav")
    listing = read_corpus(tmp_path)
    assert not listing.clips
    assert list(reasons(listing)) == ["a"]


def test_words_joined_by_no_break() -> None:
    line = format_units(prosody_units("今天#0天气#2好", "jin1 tian1 tian1 qi4 hao3", "emotion_sad"))
    phones = [unit.split("$")[0][1:] for unit in line.split()]
    assert phones == ["j_c", "in_c", "t_c", "ian_c", "t_c", "ian_c", "q_c", "i_c", "#2", "h_c", "ao_c", "#4"]


def test_what_is_wrong_with_a_list_is_said(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav", "b.wav", "d.wav", "unlisted.wav")
    rows = [
        {"id": "a", "text": "你好"},
        {"id": "a", "text": "你好"},
        {"id": "b", "text": " "},
        {"id": "c", "text": "没有"},
        {"id": "d", "text": "好", "units": "{h_c$tone3$s_begin$word_begin$emotion_neutral$}", "durations": ["x"]},
    ]
    write_jsonl(tmp_path / "list.jsonl", rows)
    with (tmp_path / "list.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("not json\n[1]\n")
    listing = read_corpus(tmp_path)
    assert [clip.id for clip in listing.clips] == ["a"]
    found = [(r.id, r.source, r.reason) for r in listing.rejected]
    assert [(i, s) for i, s, _ in found[:6]] == [
        ("a", "list.jsonl, line 2"), ("b", "list.jsonl, line 3"), ("c", "list.jsonl, line 4"),
        ("", "list.jsonl, line 5"), ("", "list.jsonl, line 6"), ("", "list.jsonl, line 7"),
    ]  # fmt: skip
    assert "listed twice" in found[0][2]
    assert "no transcript" in found[1][2]
    assert "c.wav is missing" in found[2][2]
    assert reasons(listing)["unlisted"] == "it has no transcript: no list mentions it"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "lists no clips"),
        ({"x.wav": "", "y.wav": "", "a.csv": "x,好", "b.tsv": "y\t好"}, r"several lists \(a.csv, b.tsv\)"),
        ({"a.csv": "\udcff"}, "not text in UTF-8 or GBK"),
        ({"x.wav": "", "a.csv": 'x,"他说'}, "a.csv, line 1 or before: a quotation mark is not closed"),
        ({"x.wav": "", "a.csv": 'x,"他说\ny,好'}, "a quotation mark is not closed"),
    ],
)
def test_what_is_no_corpus(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CorpusError, match=message):
        read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"), [("nowhere", "does not exist"), ("a.wav", "is a recording"), ("a.zip", "unpack it")]
)
def test_what_is_named_by_mistake(tmp_path: Path, name: str, message: str) -> None:
    wavs(tmp_path, "a.wav")
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(CorpusError, match=message):
        read_corpus(tmp_path / name)


def test_a_clip_twice_keeps_the_first(tmp_path: Path) -> None:
    wavs(tmp_path, "a.wav")
    listing = Listing("test")
    for text in ("一", "二"):
        listing.add(Clip("a", tmp_path / "a.wav", text), "here")
    assert [clip.text for clip in listing.clips] == ["一"]
