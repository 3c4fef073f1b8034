"""Where each file format keeps the content label, written as sound is encoded and read from any file.

| format | place |
|---|---|
| WAV | a RIFF chunk ``AIGC`` after ``fmt `` |
| FLAC, Ogg Vorbis, Ogg Opus | a Vorbis comment ``AIGC=…`` |
| MP3 | an ID3v2 frame ``TXXX`` with the description ``AIGC`` |
| MP4 | an item ``AIGC`` of iTunes' list (`langsong.audio.mp4_label`) |

Formats: RIFF (Microsoft 1991), RFC 9639 (FLAC), RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), the Vorbis I
specification's section 5, ID3v2.4.0.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from langsong.audio import ogg
from langsong.audio.mp4_label import find_item
from langsong.errors import AudioError

FIELD = "AIGC"
_NAME = FIELD.encode()
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)  # of a stream
_MOST_COMMENT_BYTES = 1 << 24


class Container(NamedTuple):
    """How a format's head takes the label.

    Attributes:
        head_length: bytes before the sound, given the first bytes; None if more of them are needed.
        insert: the head with the label's text in it. The same text makes every head longer by the same amount.
    """

    head_length: Callable[[bytes], int | None]
    insert: Callable[[bytes, str], bytes]


class LabelledFile:
    """A file that puts the label into the head of what is written to it, wherever the writer seeks.

    The writer sees a file without the label: it may write the head again at its end, as encoders do that only then
    know the length.

    Args:
        file: binary, seekable, at its start.
        container: one of `CONTAINERS`.
        text: of the label.
    """

    def __init__(self, file: BinaryIO, container: Container, text: str) -> None:
        self._file, self._container, self._text = file, container, text
        self._head = bytearray()
        self._added: int | None = None  # bytes; None while the head is not complete
        self._position = self._end = 0

    def write(self, data: bytes) -> int:
        inside = len(data) if self._added is None else max(0, min(len(data), len(self._head) - self._position))
        if inside:
            self._head[self._position : self._position + inside] = data[:inside]
            self._write_head()
        else:
            self._file.seek(self._position + (self._added or 0))
            inside = self._file.write(data)
        self._position += inside
        self._end = max(self._end, self._position)
        return inside

    def _write_head(self) -> None:
        length = self._container.head_length(bytes(self._head))
        if length is None:
            return
        labelled = self._container.insert(bytes(self._head[:length]), self._text)
        sound = self._head[length:]
        self._file.seek(0)
        rest = memoryview(labelled + sound)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._added = len(labelled) - length
        del self._head[length:]

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position


def find_field(file: BinaryIO) -> str | None:
    """The text of a file's label; None if it has none or is of another format."""
    start = file.read(12)
    file.seek(0)
    if start[:4] in (b"RIFF", b"RF64") and start[8:] == b"WAVE":
        found = _find_chunk(file)
    elif start[:4] == b"fLaC":
        found = _find_comment(_flac_comments(file))
    elif start[:4] == b"OggS":
        found = _find_comment(ogg.comments(file))
    elif start[:3] == b"ID3":
        found = _find_frame(file)
    elif start[4:8] == b"ftyp":
        found = find_item(file, _NAME)
    else:
        return None
    return None if found is None else found.decode("utf-8", "replace")


# --- WAV


def _wav_head_length(data: bytes) -> int | None:
    position = 12
    while len(data) >= position + 8:
        if data[position : position + 4] == b"data":
            return position + 8
        position += _chunk_length(data, position)
    return None


def _chunk_length(data: bytes, position: int) -> int:
    """With its own head of 8 bytes and the padding to an even number."""
    size = int.from_bytes(data[position + 4 : position + 8], "little")
    return 8 + size + size % 2


def _insert_chunk(head: bytes, text: str) -> bytes:
    content = text.encode()
    chunk = _NAME + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    (size,) = struct.unpack_from("<I", head, 4)
    if size not in _UNKNOWN_SIZES:
        size += len(chunk)
    after = 12 + _chunk_length(head, 12)  # fmt is the first
    return head[:4] + struct.pack("<I", size) + head[8:after] + chunk + head[after:]


def _find_chunk(file: BinaryIO) -> bytes | None:
    file.seek(12)
    while len(start := file.read(8)) == 8:
        if start[:4] == _NAME:
            return file.read(min(struct.unpack("<I", start[4:])[0], _MOST_COMMENT_BYTES)).rstrip(b"\0")
        file.seek(_chunk_length(start, 0) - 8, 1)
    return None


# --- Vorbis comments


def add_comment(block: bytes, text: str) -> bytes:
    """A block of Vorbis comments with one more at the end of its list; what follows the list stays."""
    (vendor,) = struct.unpack_from("<I", block)
    (count,) = struct.unpack_from("<I", block, 4 + vendor)
    end = 8 + vendor
    for _ in range(count):
        end += 4 + struct.unpack_from("<I", block, end)[0]
    comment = _NAME + b"=" + text.encode()
    counted = block[: 4 + vendor] + struct.pack("<I", count + 1) + block[8 + vendor : end]
    return counted + struct.pack("<I", len(comment)) + comment + block[end:]


def _find_comment(block: bytes | None) -> bytes | None:
    if block is None:
        return None
    try:
        (vendor,) = struct.unpack_from("<I", block)
        (count,) = struct.unpack_from("<I", block, 4 + vendor)
        position = 8 + vendor
        for _ in range(count):
            (size,) = struct.unpack_from("<I", block, position)
            name, _, value = block[position + 4 : position + 4 + size].partition(b"=")
            if name.upper() == _NAME:
                return value
            position += 4 + size
    except struct.error:
        return None
    return None


# --- FLAC

_COMMENT_BLOCK = 4


def _flac_blocks(head: bytes) -> Iterator[tuple[int, int, bool]]:
    """Position, bytes with the head of 4, and whether it is the last, of each metadata block that is all there."""
    position, last = 4, False
    while not last and len(head) >= position + 4:
        last = bool(head[position] & 0x80)
        size = 4 + int.from_bytes(head[position + 1 : position + 4], "big")
        if len(head) < position + size:
            return
        yield position, size, last
        position += size


def _flac_head_length(data: bytes) -> int | None:
    return next((position + size for position, size, last in _flac_blocks(data) if last), None)


def _insert_block(head: bytes, text: str) -> bytes:
    for position, size, _ in _flac_blocks(head):
        if head[position] & 0x7F == _COMMENT_BLOCK:
            block = add_comment(head[position + 4 : position + size], text)
            start = head[position : position + 1] + len(block).to_bytes(3, "big")
            return head[:position] + start + block + head[position + size :]
    raise AudioError("the FLAC encoder wrote no comments, so that the content label has no place")


def _flac_comments(file: BinaryIO) -> bytes | None:
    file.seek(4)
    while len(start := file.read(4)) == 4:
        size = int.from_bytes(start[1:], "big")
        if start[0] & 0x7F == _COMMENT_BLOCK:
            return file.read(size)
        if start[0] & 0x80:
            return None
        file.seek(size, 1)
    return None


# --- MP3


def _insert_tag(head: bytes, text: str) -> bytes:
    content = b"\x03" + _NAME + b"\0" + text.encode()  # UTF-8
    frame = b"TXXX" + _syncsafe(len(content)) + bytes(2) + content
    return b"ID3\x04\x00\x00" + _syncsafe(len(frame)) + frame + head


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _from_syncsafe(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def _find_frame(file: BinaryIO) -> bytes | None:
    start = file.read(10)
    if len(start) < 10 or start[3] not in (3, 4):
        return None
    tag = file.read(_from_syncsafe(start[6:]))
    read_size = _from_syncsafe if start[3] == 4 else lambda data: int.from_bytes(data, "big")
    position = 0
    if start[5] & 0x40:  # an extended header; only version 4 counts its own four bytes
        position = read_size(tag[:4]) + (0 if start[3] == 4 else 4)
    while len(tag) >= position + 10 and tag[position]:
        size = read_size(tag[position + 4 : position + 8])
        content = tag[position + 10 : position + 10 + size]
        if tag[position : position + 4] == b"TXXX" and content:
            name, value = _user_text(content)
            if name.upper() == FIELD:
                return value.encode()
        position += 10 + size
    return None


def _user_text(content: bytes) -> tuple[str, str]:
    encoding = {0: "latin-1", 1: "utf-16", 2: "utf-16-be"}.get(content[0], "utf-8")
    if content[0] == 1:  # each of the two strings has a byte order mark
        cut = next((n for n in range(1, len(content) - 1, 2) if content[n : n + 2] == b"\0\0"), len(content))
        name, value = content[1:cut], content[cut + 2 :]
        return name.decode(encoding, "replace"), value.decode(encoding, "replace").rstrip("\0")
    name_text, _, value_text = content[1:].decode(encoding, "replace").partition("\0")
    return name_text, value_text.rstrip("\0")


CONTAINERS = {
    "WAV": Container(_wav_head_length, _insert_chunk),
    "FLAC": Container(_flac_head_length, _insert_block),
    "MP3": Container(lambda data: 0, _insert_tag),
    "OGG": Container(ogg.head_length, lambda head, text: ogg.change_comments(head, lambda b: add_comment(b, text))),
}
"""By libsndfile's names."""
