"""Sentences whose frames are computed together are what they are alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from speech_checks import Imported, Speaker

from langsong.engine.many import in_buckets
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import TextError

TEXTS = ["今天天气真好，我们去公园散步吧。好。", "你好，世界。", "再见。[停顿 300ms]山重水复疑无路。", "好。"]


@pytest.mark.parametrize("variant", ["base", "nsf", "hesitant", "bytes"])
def test_a_batch_says_what_singles_say(imported: Imported, speaker: Speaker, variant: str) -> None:
    voice, alone = imported(variant).voice, speaker(variant)
    together = Synthesizer.open(voice, precision="f32", threads=1, cache_bytes=0, batch=3)
    wanted = {"sentence_pause": 0.2, "volume": -3.0}
    whole = "".join(TEXTS)
    pairs = [(together.say(whole, **wanted), alone.say(whole, **wanted))]
    results = together.say_many(TEXTS, workers=1, **wanted)
    pairs += [(result, alone.say(text, **wanted)) for result, text in zip(results, TEXTS, strict=True)]
    for found, expected in pairs:
        assert (found.text, found.words, found.notices) == (expected.text, expected.words, expected.notices)
        np.testing.assert_allclose(found.samples, expected.samples, atol=1e-5, rtol=0)


def test_what_is_remembered_need_not_be_computed(imported: Imported) -> None:
    synthesizer = Synthesizer.open(imported("base").voice, precision="f32", threads=1, batch=3)
    first = synthesizer.say("你好。世界。再见。")
    second = synthesizer.say("再见。你好。好。")
    assert synthesizer.cache_lookups == (2, 4)
    assert [word.text for word in second.words] == ["再见", "你好", "好"]
    hello = len(synthesizer.say("你好。世界。").samples)
    np.testing.assert_array_equal(synthesizer.say("你好。世界。").samples, first.samples[:hello])


def test_a_failure_in_a_batch_comes_in_its_place(imported: Imported) -> None:
    synthesizer = Synthesizer.open(imported("base").voice, precision="f32", threads=1, batch=2)
    results = synthesizer.say_many(["你好。", "。", "再见。"], workers=1)
    assert next(results).text == "你好。"
    with pytest.raises(TextError, match="nothing to read"):
        next(results)


@given(st.lists(st.integers(0, 100)), st.integers(1, 5))
def test_buckets_hold_everything_once_by_length(lengths: list[int], size: int) -> None:
    buckets = in_buckets(lengths, size)
    order = [index for bucket in buckets for index in bucket]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[index] for index in order] == sorted(lengths)
    assert all(len(bucket) == size for bucket in buckets[:-1])
