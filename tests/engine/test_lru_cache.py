"""The bounded cache against a plain model of it."""

from __future__ import annotations

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.engine.cache import LruCache

KEYS = st.integers(0, 6)
PUT = st.tuples(st.just("put"), KEYS, st.integers(0, 12))
GET = st.tuples(st.just("get"), KEYS, st.just(0))


@given(budget=st.integers(0, 20), steps=st.lists(PUT | GET, max_size=60))
@settings(deadline=None)
def test_it_keeps_the_most_recently_used_within_its_budget(budget: int, steps: list[tuple[str, int, int]]) -> None:
    cache: LruCache[object] = LruCache(budget)
    model: list[tuple[int, object, int]] = []  # the least recently used first
    for action, key, weight in steps:
        found = next((entry for entry in model if entry[0] == key), None)
        if action == "get":
            assert cache.get(key) is (found[1] if found else None)
            if found:
                model.remove(found)
                model.append(found)
            continue
        value = object()
        cache.put(key, value, weight)
        if found:
            model.remove(found)
        if weight <= budget:
            model.append((key, value, weight))
            while sum(w for _, _, w in model) > budget:
                model.pop(0)
        assert len(cache) == len(model)
    for key in range(7):
        expected = next((value for k, value, _ in model if k == key), None)
        assert cache.get(key) is expected


def test_a_budget_of_nothing_keeps_nothing() -> None:
    cache: LruCache[str] = LruCache(0)
    cache.put("a", "b")
    assert cache.get("a") is None
    assert len(cache) == 0


def test_threads_may_share_it() -> None:
    cache: LruCache[int] = LruCache(50)
    failures: list[object] = []

    def work(seed: int) -> None:
        for i in range(3000):
            key = (i * seed) % 97
            found = cache.get(key)
            if found not in (None, key):
                failures.append(found)
            cache.put(key, key, 1 + key % 3)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 5, 7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    kept = [key for key in range(97) if cache.get(key) is not None]
    assert len(cache) == len(kept)
    assert 0 < sum(1 + key % 3 for key in kept) <= 50
