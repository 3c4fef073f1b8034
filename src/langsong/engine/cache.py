"""A bounded cache that threads can share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """Keeps the most recently used values within a budget.

    Args:
        budget: total weight that may be kept, in whatever unit `put` is told (bytes, entries); 0 keeps nothing.

    Attributes:
        hits, misses: how often `get` found something, and nothing.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._weight = 0
        self.hits = self.misses = 0
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self.hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: Value, weight: int = 1) -> None:
        """Keep a value, unless it alone is over the budget; the least recently used ones make room."""
        with self._lock:
            if key in self._entries:
                self._weight -= self._entries.pop(key)[1]
            if weight > self._budget:
                return
            self._entries[key] = (value, weight)
            self._weight += weight
            while self._weight > self._budget:
                _, (_, freed) = self._entries.popitem(last=False)
                self._weight -= freed

    def values(self) -> list[Value]:
        """All that is kept now."""
        with self._lock:
            return [value for value, _ in self._entries.values()]

    def __len__(self) -> int:
        return len(self._entries)
