"""Subtitles of speech: when each line of the text is spoken, as srt, vtt and lrc, and each word and phone, as json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from langsong.errors import OptionError
from langsong.types import AudioChunk, WordTiming

from .subtitle_lines import Line, lines_of

LINE_COLUMNS = 32
"""What a line holds by default: 16 hanzi."""


@dataclass(slots=True)
class Sentence:
    """A stretch of text as written, and when it sounds.

    Attributes:
        text: in one line.
        start_s, end_s: seconds from the start of the speech; the end is where the next sentence begins.
        words: as read (digits spelled out); none for voices that read bytes.
    """

    text: str
    start_s: float
    end_s: float = 0.0
    words: list[WordTiming] = field(default_factory=list)


class Transcript:
    """What was spoken when, gathered from chunks on their way.

    >>> transcript = Transcript()
    >>> write_audio("a.wav", (chunk.samples for chunk in transcript.of(synthesizer.stream(text))), rate)
    >>> transcript.written("srt")

    Attributes:
        sentences: in order.
        duration_s: of all the speech so far.
    """

    def __init__(self) -> None:
        self.sentences: list[Sentence] = []
        self.duration_s = 0.0

    def of(self, chunks: Iterable[AudioChunk]) -> Iterator[AudioChunk]:
        """The same chunks, noted as they pass."""
        for chunk in chunks:
            self.add(chunk)
            yield chunk

    def add(self, chunk: AudioChunk) -> None:
        """Note the next chunk."""
        if text := " ".join(chunk.text.split()):
            self.sentences.append(Sentence(text, chunk.start_s))
        if self.sentences:
            self.sentences[-1].words.extend(chunk.words)
            self.duration_s = self.sentences[-1].end_s = chunk.start_s + chunk.duration_s
            if text and len(self.sentences) > 1:
                self.sentences[-2].end_s = chunk.start_s
        else:
            self.duration_s = chunk.start_s + chunk.duration_s

    def lines(self, columns: int = LINE_COLUMNS) -> list[Line]:
        """Lines for the eye, of at most so many columns (hanzi have two).

        They follow one another without gap or overlap, from 0 to the end of the speech, and hold all of the text.
        """
        spoken = [line for s in self.sentences for line in lines_of(s.text, s.words, s.start_s, s.end_s, columns)]
        found: list[Line] = []
        for text, start_ms in spoken:
            if found and start_ms <= found[-1].start_ms:  # too short to be seen
                found[-1] = found[-1]._replace(text=f"{found[-1].text} {text}")
            else:
                found.append(Line(text, start_ms if found else 0, 0))
        ends = [*(line.start_ms for line in found), round(1000 * self.duration_s)][1:]
        return [line._replace(end_ms=end) for line, end in zip(found, ends, strict=False)]

    def as_dict(self) -> dict[str, Any]:
        """Sentences with their words and phones; times in seconds, to 0.1 ms."""

        def timed(start_s: float, end_s: float) -> dict[str, float]:
            return {"start": round(start_s, 4), "end": round(end_s, 4)}

        return {
            "duration": round(self.duration_s, 4),
            "sentences": [
                {
                    "text": sentence.text,
                    **timed(sentence.start_s, sentence.end_s),
                    "words": [
                        {
                            "text": word.text,
                            **timed(word.start_s, word.end_s),
                            "phones": [
                                {"phone": phone.phone, "tone": phone.tone, **timed(phone.start_s, phone.end_s)}
                                for phone in word.phones
                            ],
                        }
                        for word in sentence.words
                    ],
                }
                for sentence in self.sentences
            ],
        }

    def written(self, format: str) -> str:
        """The content of a file.

        Args:
            format: a name in `FORMATS`.

        Raises:
            OptionError: there is no such format.
        """
        try:
            return FORMATS[format.lower()](self)
        except KeyError:
            raise OptionError(f"unknown subtitle format {format!r}; there are {', '.join(FORMATS)}") from None


def _srt(transcript: Transcript) -> str:
    return "\n".join(
        f"{number}\n{_clock(line.start_ms, ',')} --> {_clock(line.end_ms, ',')}\n{_unmarked(line.text)}\n"
        for number, line in enumerate(transcript.lines(), 1)
    )


def _vtt(transcript: Transcript) -> str:
    cues = (
        f"\n{_clock(line.start_ms, '.')} --> {_clock(line.end_ms, '.')}\n{escape(line.text, quote=False)}\n"
        for line in transcript.lines()
    )
    return "WEBVTT\n" + "".join(cues)


def _lrc(transcript: Transcript) -> str:
    lines = transcript.lines()
    ends = [Line("", lines[-1].end_ms, 0)] if lines else []
    return "".join(f"[{_minutes(line.start_ms)}]{line.text.replace('[', '［')}\n" for line in [*lines, *ends])


def _json(transcript: Transcript) -> str:
    return json.dumps(transcript.as_dict(), ensure_ascii=False, indent=1) + "\n"


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"


def _minutes(ms: int) -> str:
    hundredths = ms // 10
    return f"{hundredths // 6000:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


def _unmarked(text: str) -> str:
    """SubRip has no escapes: what could be taken for a tag or a time gets a look-alike."""
    return text.replace("<", "＜").replace("-->", "--＞")


FORMATS: dict[str, Callable[[Transcript], str]] = {"srt": _srt, "vtt": _vtt, "lrc": _lrc, "json": _json}
"""SubRip, WebVTT, lyrics, and words with phones; by the suffix of their files."""


def format_of_subtitles(path: Path) -> str:
    """The format that a file name's suffix stands for.

    Raises:
        OptionError: the suffix is unknown.
    """
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise OptionError(f"{path}: no subtitle format is known by the suffix {path.suffix!r}; use one of {known}")
    return format
