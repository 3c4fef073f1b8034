"""What the C library does with memory that is freed."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h of the GNU C library
_LARGE_BYTES = 128 << 10
_ARENAS = 2


def give_memory_back() -> None:
    """From now on, give large blocks back to the system as soon as they are freed.

    By itself the GNU C library keeps them, in a heap for each thread, and finds ever less use for the holes between
    them: a server that forgets old speech for new would grow for hours. Other libraries are left alone.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
