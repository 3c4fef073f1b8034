"""The content label in MP4 files: an item of iTunes' list of metadata with a name of its own.

Boxes: ISO/IEC 14496-12; the list is ``moov/udta/meta/ilst``, an item of any name ``----`` with ``mean``, ``name`` and
``data``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from langsong.errors import AudioError

_PATH = (b"udta", b"meta", b"ilst")
_META_HEAD = 4  # version and flags; the other boxes of the path have none
_MOST_BYTES = 1 << 28


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _item(name: bytes, text: str) -> bytes:
    mean = _box(b"mean", bytes(4) + b"com.apple.iTunes")
    data = _box(b"data", struct.pack(">II", 1, 0) + text.encode())  # UTF-8
    return _box(b"----", mean + _box(b"name", bytes(4) + name) + data)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each box between two places."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            return
        yield kind, start, start + size
        start += size


def _movie(file: BinaryIO) -> tuple[int, bytes]:
    """Where the box ``moov`` begins, and it; empty if there is none."""
    position = 0
    while True:
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            return position, b""
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if kind == b"moov" and size <= _MOST_BYTES:
            file.seek(position)
            return position, file.read(size)
        if size < 8:
            return position, b""
        position += size


def _list(movie: bytes) -> list[int]:
    """Where the boxes from ``moov`` to the list of metadata begin; empty if there is no such list."""
    starts, start, end = [0], 8, len(movie)
    for wanted in _PATH:
        found = next(((a, b) for kind, a, b in _boxes(movie, start, end) if kind == wanted), None)
        if found is None:
            return []
        starts.append(found[0])
        start, end = found[0] + 8 + (_META_HEAD if wanted == b"meta" else 0), found[1]
    return starts


def add_item(file: BinaryIO, name: bytes, text: str) -> None:
    """Put an item into the list of a file whose ``moov`` comes last, as encoders leave it.

    Raises:
        AudioError: the file has no such list.
    """
    position, movie = _movie(file)
    starts = _list(movie)
    file.seek(0, 2)
    if not starts or file.tell() != position + len(movie):
        raise AudioError("the MP4 encoder wrote an unusual file, so that the content label has no place")
    item = _item(name, text)
    changed = bytearray(movie)
    for start in starts:
        (size,) = struct.unpack_from(">I", movie, start)
        struct.pack_into(">I", changed, start, size + len(item))
    end = starts[-1] + struct.unpack_from(">I", movie, starts[-1])[0]
    file.seek(position + end)
    file.write(item + movie[end:])
    for start in starts:
        file.seek(position + start)
        file.write(changed[start : start + 4])


def find_item(file: BinaryIO, name: bytes) -> bytes | None:
    """The text of the item of that name in an MP4 file."""
    _, movie = _movie(file)
    starts = _list(movie)
    if not starts:
        return None
    end = starts[-1] + struct.unpack_from(">I", movie, starts[-1])[0]
    for kind, start, stop in _boxes(movie, starts[-1] + 8, end):
        if kind == b"----":
            parts = {part: movie[a + 8 : b] for part, a, b in _boxes(movie, start + 8, stop)}
            if parts.get(b"name", b"")[4:].upper() == name:
                return parts.get(b"data", b"")[8:]
    return None
