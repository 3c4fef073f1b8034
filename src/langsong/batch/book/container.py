"""Audiobook files with chapter marks, tags, cover and content label: m4b, mp3 and opus, by FFmpeg's encoders (PyAV)."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from langsong.audio.av_stream import AvStream
from langsong.audio.encode import AudioFormat
from langsong.audio.label import ContentLabel
from langsong.audio.label_containers import FIELD
from langsong.audio.mp4_label import add_item
from langsong.errors import AudioError, MissingExtra, OptionError
from langsong.types import Float32

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)


@dataclass(frozen=True)
class BookFormat:
    """A way to write a book; `sound.suffixes` are those of the whole and of a chapter.

    Attributes:
        bit_rate: bit/s of one channel of speech.
    """

    sound: AudioFormat
    bit_rate: int


FORMATS = {
    "m4b": BookFormat(AudioFormat("m4b", (".m4b", ".m4a"), "audio/mp4", "mp4", "aac", _RATES), 64_000),
    "mp3": BookFormat(AudioFormat("mp3", (".mp3", ".mp3"), "audio/mpeg", "mp3", "libmp3lame", _RATES), 64_000),
    "opus": BookFormat(AudioFormat("opus", (".opus", ".opus"), "audio/ogg", "opus", "libopus", _OPUS_RATES), 40_000),
}
"""By name; containers and codecs are FFmpeg's names."""


def book_format(name: str) -> BookFormat:
    """The format of that name.

    Raises:
        OptionError: there is none.
        MissingExtra: PyAV is not installed.
    """
    if name not in FORMATS:
        raise OptionError(f"unknown format {name!r} for a book; there are {', '.join(FORMATS)}")
    try:
        import av  # noqa: F401 - better missed now than after a night
    except ImportError:
        raise MissingExtra("book", "writing audiobooks") from None
    return FORMATS[name]


@dataclass(frozen=True)
class Mark:
    """A chapter and when it sounds, in seconds."""

    title: str
    start_s: float
    end_s: float


def check_cover(cover: bytes, name: str) -> None:
    """See that a cover is one.

    Raises:
        AudioError: it is neither JPEG nor PNG.
    """
    if _media_type(cover) is None:
        raise AudioError(f"{name} is no cover: give a JPEG or PNG file")


class BookFile:
    """Writes one file, chunk by chunk; a context manager that ends it.

    Args:
        file: binary, at its start, to be read and written; left open.
        format: how.
        sample_rate: Hz of the samples to come.
        tags: by FFmpeg's names: title, artist, album, track, genre …
        marks: of the chapters; none for a file that is one.
        cover: a JPEG or PNG file.
    """

    def __init__(
        self,
        file: BinaryIO,
        format: BookFormat,
        sample_rate: int,
        tags: dict[str, str],
        marks: Sequence[Mark] = (),
        cover: bytes | None = None,
        label: ContentLabel | None = None,
    ) -> None:
        import av

        self._av = av
        self._file, self._format = file, format
        self._text = str(label or ContentLabel.new())
        rate = format.sound.nearest_rate(sample_rate)
        brand = {"brand": "M4B "} if format.sound.container == "mp4" else {}
        self._out: OutputContainer = av.open(file, "w", format=format.sound.container, options=brand)
        stream: AudioStream = self._out.add_stream(format.sound.subtype, rate=rate, layout="mono")  # type: ignore[assignment]
        stream.codec_context.bit_rate = format.bit_rate
        self._sound = AvStream(self._out, stream, sample_rate)
        self._out.metadata.update({name: value for name, value in tags.items() if value})
        if format.sound.container != "mp4":
            self._out.metadata[FIELD] = self._text
        # FFmpeg rounds the times of Ogg's marks, and Ogg has no streams of pictures
        if format.sound.container == "opus":
            self._out.metadata.update(_comments(marks))
            if cover is not None:
                self._out.metadata["METADATA_BLOCK_PICTURE"] = _picture(cover)
        else:
            if marks:
                self._out.set_chapters([_chapter(number, mark) for number, mark in enumerate(marks)])
            if cover is not None:
                self._add_cover(cover)

    def _add_cover(self, cover: bytes) -> None:
        with self._av.open(io.BytesIO(cover)) as picture:
            stream = self._out.add_stream_from_template(picture.streams.video[0])
            stream.metadata["comment"] = "Cover (front)"  # as ID3 names its kind
            stream.disposition = self._av.stream.Disposition.attached_pic
            packet = next(picture.demux(video=0))
            packet.stream = stream
            packet.pts = packet.dts = 0
            self._cover: Any = packet
        self._out.start_encoding()
        self._out.mux(self._cover)

    def write(self, samples: Float32) -> None:
        """Appends (N,) samples."""
        self._sound.write(samples)

    def __enter__(self) -> BookFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._sound.finish()
        self._out.close()
        if error is None and self._format.sound.container == "mp4":
            add_item(self._file, FIELD.encode(), self._text)


def _chapter(number: int, mark: Mark) -> Any:
    return {
        "id": number,
        "start": round(1000 * mark.start_s),
        "end": round(1000 * mark.end_s),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": mark.title},
    }


def _comments(marks: Sequence[Mark]) -> dict[str, str]:
    """As Ogg files have chapters (wiki.xiph.org, "Chapter Extension")."""
    found = {}
    for number, mark in enumerate(marks):
        ms = round(1000 * mark.start_s)
        clock = f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
        found[f"CHAPTER{number:03}"] = clock
        found[f"CHAPTER{number:03}NAME"] = mark.title
    return found


def _media_type(picture: bytes) -> str | None:
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if picture.startswith(b"\x89PNG\r\n\x1a\n") else None


def _picture(cover: bytes) -> str:
    """A front cover as a FLAC picture block (RFC 9639, 8.8) in base64, as Ogg comments have it; its size left open."""
    media_type = (_media_type(cover) or "").encode()
    block = struct.pack(">II", 3, len(media_type)) + media_type + struct.pack(">5I", 0, 0, 0, 0, 0)
    return base64.b64encode(block + struct.pack(">I", len(cover)) + cover).decode()
