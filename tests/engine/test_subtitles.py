"""Subtitles hold all of the text, follow one another without gap or overlap, and are as wide as they may be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.engine.subtitle_lines import broken, character_starts, columns_of
from langsong.engine.subtitles import FORMATS, Transcript, format_of_subtitles
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError
from langsong.text.frontend import Frontend
from langsong.types import AudioChunk, WordTiming

RATE = 1000  # one sample a millisecond
TEXT = "2026年11月22日，全国居民消费价格同比上涨3.5%。“真的吗？”他问。Hello, this is GPT-4！"

written = st.text(
    st.sampled_from("今天天气真好我们去公园散步吧ABcd 12.5%，。！？、：“”《》（）…—\n"), min_size=1, max_size=90
)


def spoken(text: str, start_s: float, seconds: float, words: int) -> AudioChunk:
    """A text with so many words of it, evenly over the time."""
    letters = [char for char in text if char.isalnum()]
    size = max(-(-len(letters) // max(words, 1)), 1)
    groups = ["".join(letters[i : i + size]) for i in range(0, len(letters), size)] if words else []
    step = seconds / max(len(groups), 1)
    timed = (WordTiming(group, start_s + n * step, start_s + (n + 1) * step) for n, group in enumerate(groups))
    return AudioChunk(np.zeros(round(seconds * RATE), np.float32), RATE, start_s, tuple(timed), text)


@st.composite
def speech(draw: st.DrawFn) -> list[AudioChunk]:
    chunks: list[AudioChunk] = []
    end_s = 0.0
    for text in draw(st.lists(written | st.just(""), min_size=1, max_size=6)):
        seconds = draw(st.integers(1, 9000)) / 1000
        chunks.append(spoken(text, end_s, seconds, draw(st.integers(0, 30))))
        end_s += len(chunks[-1].samples) / RATE
    return chunks


def noted(chunks: list[AudioChunk]) -> Transcript:
    transcript = Transcript()
    for heard, chunk in zip(transcript.of(chunks), chunks, strict=True):
        assert heard is chunk
    return transcript


def bare(text: str) -> str:
    return "".join(text.split())


@given(speech(), st.integers(4, 60))
@settings(deadline=None)
def test_lines_cover_text_and_time(chunks: list[AudioChunk], columns: int) -> None:
    lines = noted(chunks).lines(columns)
    assert bare("".join(line.text for line in lines)) == bare("".join(chunk.text for chunk in chunks))
    if not lines:
        return
    assert lines[0].start_ms == 0
    assert lines[-1].end_ms == sum(len(chunk.samples) for chunk in chunks)
    for line, following in pairwise(lines):
        assert line.start_ms < line.end_ms == following.start_ms


@given(written, st.integers(2, 60))
@settings(deadline=None)
def test_lines_are_as_wide_as_they_may_be(text: str, columns: int) -> None:
    lines = broken(text, columns)
    assert "".join(lines) == text
    assert all(0 < columns_of(line) <= columns for line in lines)


@given(written, st.integers(0, 20))
@settings(deadline=None)
def test_characters_come_one_after_another(text: str, words: int) -> None:
    chunk = spoken(text, 1.0, 5.0, words)
    starts = character_starts(text, chunk.words, 1.0, 6.0)
    assert len(starts) == len(text)
    assert starts == sorted(starts)
    assert all(1.0 <= start <= 6.0 for start in starts)


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("今天天气真好，我们去公园散步吧。", 32, ["今天天气真好，我们去公园散步吧。"]),
        ("今天天气真好，我们去公园散步吧。", 20, ["今天天气真好，", "我们去公园散步吧。"]),
        ("他说：“好的，我知道了。”然后就走了。", 22, ["他说：“好的，", "我知道了。”", "然后就走了。"]),
        ("Hello world, this is a test.", 16, ["Hello world, ", "this is a test."]),
        ("这是一个非常非常漫长而且没有任何标点的句子", 24, ["这是一个非常非常漫长而且", "没有任何标点的句子"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("《红楼梦》和《西游记》", 12, ["《红楼梦》和", "《西游记》"]),
    ],
)
def test_where_lines_end(text: str, columns: int, lines: list[str]) -> None:
    assert broken(text, columns) == lines


def test_what_is_read_otherwise_than_written_shares_its_time() -> None:
    words = (WordTiming("二零二六年", 0.0, 1.0), WordTiming("上涨", 1.0, 1.4), WordTiming("百分之三点五", 1.4, 2.6))
    text = "2026年上涨3.5%。"
    starts = dict(zip(range(len(text)), character_starts(text, words, 0.0, 3.0), strict=True))
    assert [starts[n] for n in range(5)] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])
    assert starts[5] == pytest.approx(1.0)
    assert starts[7] == pytest.approx(1.4)
    assert starts[11] == pytest.approx(2.6)  # the full stop, after all words


@pytest.fixture(scope="module")
def transcript(speaker: Callable[..., Synthesizer]) -> Transcript:
    """Of real speech, resampled, with pauses."""
    found = Transcript()
    for _ in found.of(speaker("base").stream(TEXT, sentence_pause=0.2, sample_rate=22050)):
        pass
    return found


def test_a_voices_words_are_in_the_lines_they_belong_to(
    transcript: Transcript, speaker: Callable[..., Synthesizer]
) -> None:
    whole = speaker("base").say(TEXT, sentence_pause=0.2, sample_rate=22050)
    assert transcript.duration_s == pytest.approx(whole.duration_s, abs=0.01)
    assert len(transcript.sentences) == 4
    for sentence in transcript.sentences:
        (utterance,) = Frontend().utterances(sentence.text)
        assert [word.text for word in sentence.words] == [word.text for word in utterance.words]
        for word in sentence.words:
            assert sentence.start_s - 0.05 <= word.start_s < word.end_s <= sentence.end_s + 0.05
    starts = {line.text: line.start_ms / 1000 for line in transcript.lines(20)}
    begins = {word.text: word.start_s for sentence in transcript.sentences for word in sentence.words}
    assert starts["他问。"] == pytest.approx(begins["他"], abs=0.002)


def test_subrip(transcript: Transcript) -> None:
    blocks = transcript.written("srt").removesuffix("\n").split("\n\n")
    shape = re.compile(r"(\d+)\n(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})\n(.+)")
    found = [shape.fullmatch(block) for block in blocks]
    assert all(found)
    cues = [match.groups() for match in found if match]
    assert [int(number) for number, *_ in cues] == list(range(1, len(cues) + 1))
    assert cues[0][1] == "00:00:00,000"
    assert all(earlier[2] == later[1] for earlier, later in pairwise(cues))
    assert bare("".join(text for *_, text in cues)) == bare(TEXT)


def test_webvtt_and_lyrics(transcript: Transcript) -> None:
    lines = transcript.lines()
    vtt = transcript.written("VTT")
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert vtt.count(" --> ") == len(lines)
    lyrics = transcript.written("lrc").splitlines()
    assert lyrics[0].startswith("[00:00.00]2026年")
    assert len(lyrics) == len(lines) + 1
    assert all(re.match(r"\[\d\d:\d\d\.\d\d\]", line) for line in lyrics)


def test_words_and_phones(transcript: Transcript) -> None:
    found = json.loads(transcript.written("json"))
    assert found["duration"] == pytest.approx(transcript.duration_s, abs=1e-4)
    words = [word for sentence in found["sentences"] for word in sentence["words"]]
    assert words[0]["text"] == "二零二六年"
    for word in words:
        phones = word["phones"]
        assert phones[0]["start"] == word["start"] < word["end"] == phones[-1]["end"]
        assert all(set(phone) == {"phone", "tone", "start", "end"} for phone in phones)
    assert [word["start"] for word in words] == sorted(word["start"] for word in words)


def test_hours_and_marks() -> None:
    hour = AudioChunk(np.zeros(3_725_678, np.float32), RATE, 0.0, (), "[00:01.00]<i>a --> b & c</i>")
    transcript = noted([hour])
    assert "00:00:00,000 --> 01:02:05,678" in transcript.written("srt")
    assert transcript.written("srt").count("-->") == 1 + len(transcript.lines()) - 1
    assert "&lt;i&gt;a --&gt;" in transcript.written("vtt")
    assert transcript.written("lrc").startswith("[00:00.00]［00:01.00]")
    assert transcript.written("lrc").endswith("[62:05.67]\n")


def test_nothing_said_has_no_lines() -> None:
    silence = AudioChunk(np.zeros(100, np.float32), RATE)
    assert {name: noted([silence]).written(name) for name in ("srt", "vtt", "lrc")} == {
        "srt": "", "vtt": "WEBVTT\n", "lrc": "",
    }  # fmt: skip
    assert json.loads(noted([silence]).written("json")) == {"duration": 0.1, "sentences": []}


def test_formats_by_name() -> None:
    assert [format_of_subtitles(Path(f"a.{name}")) for name in FORMATS] == list(FORMATS)
    with pytest.raises(OptionError, match=r"a\.txt: no subtitle format .* use one of \.srt, \.vtt, \.lrc, \.json$"):
        format_of_subtitles(Path("a.txt"))
    with pytest.raises(OptionError, match="'ass'; there are srt, vtt, lrc, json"):
        Transcript().written("ass")
