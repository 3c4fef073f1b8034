"""Doing many things: in groups, in buckets of about the same length, in threads with the results in order."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

BUCKETS = 2
"""So many batches are filled at a time: the more, the less their lengths differ, and the later comes the first."""


def in_groups(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter, taken as they are needed."""
    remaining = iter(items)
    while group := list(itertools.islice(remaining, size)):
        yield group


def in_buckets(lengths: Sequence[int], size: int) -> list[list[int]]:
    """The indices of things in lists of at most `size`, in each about equally long."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    return list(in_groups(order, size))


def in_order(do: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """The results for items, done in threads; no more items are taken than keep these busy."""
    pending: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                pending.append(pool.submit(do, item))
                if len(pending) > 2 * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
