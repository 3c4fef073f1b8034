"""Models on a device within a budget: who is there, who leaves, how long a window may be. The meta device stands for
a GPU: models really leave main memory for it, and nothing is computed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from langsong.bundle.models import load_acoustic, load_vocoder
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.device import place
from langsong.engine.pipeline import Pipeline
from langsong.engine.runtime.torch import LazyVocoder, TorchRuntime
from langsong.engine.runtime.torch_memory import Residents, peak_bytes, weight_bytes
from langsong.engine.synthesizer import Synthesizer
from langsong.engine.vocoding import INNER_LENGTHS, Vocoding
from langsong.errors import OptionError

META = torch.device("meta")


def models(*names: str) -> tuple[dict[str, Callable[[], nn.Module]], list[str]]:
    """A model of 400 bytes of each name, and the names in the order in which they are loaded."""
    loaded: list[str] = []

    def loader(name: str) -> Callable[[], nn.Module]:
        def load() -> nn.Module:
            loaded.append(name)
            return nn.Linear(10, 10, bias=False)

        return load

    return {name: loader(name) for name in names}, loaded


def test_models_are_loaded_when_first_used_and_once() -> None:
    load, loaded = models("acoustic", "vocoder")
    residents = Residents(load, META, None)
    assert loaded == []
    for name in ("vocoder", "acoustic", "vocoder"):
        with residents.using(name) as model:
            assert next(model.parameters()).device == META
    assert loaded == ["vocoder", "acoustic"]
    assert residents.present == ("acoustic", "vocoder")


def test_the_one_used_least_recently_leaves() -> None:
    load, loaded = models("a", "b", "c")
    residents = Residents(load, META, 800)
    for name in ("a", "b", "a", "c"):
        with residents.using(name):
            pass
    assert residents.present == ("a", "c")
    with residents.using("b"):
        pass
    assert residents.present == ("c", "b")
    assert loaded == ["a", "b", "c"]  # what comes back is not read again


def test_what_is_in_use_stays_and_others_wait_for_it() -> None:
    load, _ = models("a", "b")
    residents = Residents(load, META, 400)
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with residents.using("b"):
            entered.set()
            leave.wait(10)

    with residents.using("a"):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.2)
        assert residents.present == ("a",)
    assert entered.wait(10)
    assert residents.present == ("b",)
    residents.evict_idle()
    assert residents.present == ("b",)
    leave.set()
    thread.join(10)
    residents.evict_idle()
    assert residents.present == ()


def test_peak_counts_what_lives_at_the_same_time() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x * 2.0  # 4000 bytes
            y = y + 1.0  # 8000 while the first is still there
            z = y[:10] * 1.0  # a view, and 40 bytes of its own
            del y
            return torch.cat([z, z])

    assert peak_bytes(Two(), (1000,)) == 4000 + 8000  # the input, too, is made in the block


def test_weights_are_counted_in_bytes() -> None:
    model = nn.BatchNorm1d(3)  # 2 x 3 weights, 2 x 3 statistics, one int64
    assert weight_bytes(model) == 12 * 4 + 8


@pytest.fixture(scope="module")
def voice() -> Voice:
    return find_voice(None)


def runtime(voice: Voice, max_memory: int | None, precision: str = "f32") -> TorchRuntime:
    vocoder = LazyVocoder(voice.manifest.vocoder, lambda: load_vocoder(voice))
    return TorchRuntime(load_acoustic(voice), vocoder, precision=precision, max_memory=max_memory)


def windows(voice: Voice, megabytes: int) -> tuple[int, ...]:
    return Vocoding(voice.manifest, runtime(voice, megabytes * 1_000_000)).lengths


def test_the_budget_decides_how_long_windows_are(voice: Voice) -> None:
    longest = [windows(voice, megabytes)[-1] for megabytes in (95, 120, 130, 150, 300)]
    assert longest == sorted(longest)
    assert longest[0] < longest[-1] == INNER_LENGTHS[-1]
    assert Vocoding(voice.manifest, runtime(voice, None)).lengths == INNER_LENGTHS


def test_half_precision_counts_the_copies_that_autocast_makes(voice: Voice) -> None:
    assert runtime(voice, 10**8).most_frames
    with pytest.raises(OptionError, match="at least"):
        runtime(voice, 10**8, "f16")


def test_a_budget_below_the_largest_model_is_refused_with_what_it_takes(voice: Voice) -> None:
    with pytest.raises(OptionError, match=r"needs at least 0\.09 GB"):
        runtime(voice, 10_000_000)


def test_little_memory_sounds_the_same(voice: Voice) -> None:
    """Both models in turns and short windows give the samples of both at once."""
    whole = Synthesizer(voice, runtime(voice, None), place(runtime="torch", device="cpu"), cache_bytes=0)
    scarce = runtime(voice, 95_000_000)
    assert Pipeline(voice, scarce)._vocoding.lengths == INNER_LENGTHS[:1]
    little = Synthesizer(voice, scarce, place(runtime="torch", device="cpu"), cache_bytes=0)
    text = "今天天气真好，我们去公园散步吧。"
    expected, got = whole.say(text).samples, little.say(text).samples
    assert len(scarce._residents.present) == 1
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, atol=2e-5)


def test_the_vocoder_is_not_read_before_it_is_needed(voice: Voice, tmp_path: Path) -> None:
    read: list[str] = []

    def load() -> nn.Module:
        read.append("vocoder")
        return load_vocoder(voice)

    lazy = TorchRuntime(load_acoustic(voice), LazyVocoder(voice.manifest.vocoder, load))  # type: ignore[arg-type]
    lazy.run("encoder", np.zeros((1, 3, 4), np.int64), np.array([3]))
    assert read == []
    lazy.preload()
    assert read == ["vocoder"]


class Full(nn.Module):
    """An acoustic model on a device that is full, `failures` times."""

    def __init__(self, model: nn.Module, failures: int) -> None:
        super().__init__()
        self.model, self.failures, self.config = model, failures, model.config

    def encode(self, *inputs: Tensor) -> Tensor:
        self.failures -= 1
        if self.failures >= 0:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        encoded: Tensor = self.model.encode(*inputs)
        return encoded


@pytest.mark.parametrize(("failures", "works"), [(1, True), (2, False)])
def test_a_full_device_is_cleared_and_tried_once_more(voice: Voice, failures: int, works: bool) -> None:
    full = TorchRuntime(Full(load_acoustic(voice), failures))  # type: ignore[arg-type]
    inputs = np.zeros((1, 3, 4), np.int64), np.array([3])
    if works:
        assert full.run("encoder", *inputs)[0].shape[:2] == (1, 3)
        return
    with pytest.raises(OptionError, match="not enough free memory: set max_vram"):
        full.run("encoder", *inputs)


def test_the_budget_is_for_gpus() -> None:
    with pytest.raises(OptionError, match="for GPUs"):
        place(max_vram=2.0, device="cpu")
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(OptionError, match="more than 0 GB"):
            place(max_vram=wrong)


def test_the_budget_reaches_the_placement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert place(device="cuda", runtime="torch", max_vram=1.5).max_memory == 1_500_000_000
    assert place(device="cuda", runtime="torch").max_memory is None
