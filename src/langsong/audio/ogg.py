"""Pages of an Ogg stream's head (RFC 3533), as far as its comments need it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from langsong.errors import AudioError

_PAGE = struct.Struct("<4sBBqIII")
_CAPTURE = b"OggS"
_MOST_SEGMENTS = 255
_COMMENTS = (b"\x03vorbis", b"OpusTags")
_MOST_HEAD_BYTES = 1 << 24


class _Page(NamedTuple):
    """One page; `lacing` are the bytes of its segments, of which 255 means that the packet goes on."""

    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    body: bytes

    def packed(self) -> bytes:
        start = (_CAPTURE, 0, self.flags, self.granule, self.serial, self.number)
        rest = bytes([len(self.lacing)]) + self.lacing + self.body
        return _PAGE.pack(*start, _checksum(_PAGE.pack(*start, 0) + rest)) + rest


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    def entry(byte: int) -> int:
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        return value & 0xFFFFFFFF

    return tuple(map(entry, range(256)))


def _checksum(data: bytes) -> int:
    """CRC-32 with the generator 04C11DB7, not reflected, from 0."""
    table, value = _table(), 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
    return value


def _pages(data: bytes) -> Iterator[tuple[_Page, int]]:
    """The pages that are all there, and where each ends."""
    position = 0
    while len(data) > position + _PAGE.size:
        capture, _, flags, granule, serial, number, _ = _PAGE.unpack_from(data, position)
        lacing_at = position + _PAGE.size + 1
        body_at = lacing_at + data[lacing_at - 1]
        lacing = data[lacing_at:body_at]
        position = body_at + sum(lacing)
        if capture != _CAPTURE or len(data) < position:
            return
        yield _Page(flags, granule, serial, number, lacing, data[body_at:position]), position


def head_length(data: bytes) -> int | None:
    """Bytes up to the end of the page in which the second packet, the comments, ends; None if more are needed."""
    packets = 0
    for page, end in _pages(data):
        packets += sum(size < 255 for size in page.lacing)
        if packets >= 2:
            return end
    return None


def change_comments(head: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A stream's head with other comments.

    Args:
        head: `head_length` bytes.
        change: from a block of Vorbis comments, and what may follow it, to another.

    Raises:
        AudioError: the head has another shape than encoders give it: one page, and one more from the comments on.
    """
    pages = [page for page, _ in _pages(head)]
    if len(pages) == 2:
        first, page = pages
        packet, rest_lacing, rest = _first_packet(page)
        name = next((name for name in _COMMENTS if packet.startswith(name)), None)
        if name is not None:
            packet = name + change(packet[len(name) :])
            lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255]) + rest_lacing
            if len(lacing) <= _MOST_SEGMENTS:
                return first.packed() + page._replace(lacing=lacing, body=packet + rest).packed()
    raise AudioError("the Ogg encoder wrote an unusual head, so that its comments cannot be changed")


def _first_packet(page: _Page) -> tuple[bytes, bytes, bytes]:
    segments = next(n for n, size in enumerate(page.lacing, 1) if size < 255)
    length = sum(page.lacing[:segments])
    return page.body[:length], page.lacing[segments:], page.body[length:]


def comments(file: BinaryIO) -> bytes | None:
    """The block of Vorbis comments of an Ogg Vorbis or Ogg Opus file, and what follows it in its packet."""
    data = b""
    while head_length(data) is None:
        more = file.read(max(len(data), 1 << 16))
        if not more or len(data) > _MOST_HEAD_BYTES:
            return None
        data += more
    packets = _packets(data)
    next(packets)
    packet = next(packets)
    return next((packet[len(name) :] for name in _COMMENTS if packet.startswith(name)), None)


def _packets(data: bytes) -> Iterator[bytes]:
    packet = b""
    for page, _ in _pages(data):
        position = 0
        for size in page.lacing:
            packet += page.body[position : position + size]
            position += size
            if size < 255:
                yield packet
                packet = b""
