"""Windows of the vocoder are one pass over everything."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.bundle.install import InstallReport
from langsong.bundle.manifest import Normalization, VoiceManifest
from langsong.bundle.models import load_acoustic
from langsong.engine.runtime.torch import LazyVocoder, TorchRuntime
from langsong.engine.synthesizer import Synthesizer
from langsong.engine.vocoding import INNER_LENGTHS, Vocoding, cheapest, fitting
from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig, TrunkConfig
from langsong.vocoder.source import HarmonicSource, PulseSource

Imported = Callable[[str], InstallReport]
Speaker = Callable[..., Synthesizer]


@given(frames=st.integers(0, 5000), context=st.integers(0, 400))
@settings(deadline=None)
def test_the_cheapest_windows_cover_all_frames_and_none_is_idle(frames: int, context: int) -> None:
    lengths = cheapest(frames, context)
    assert set(lengths) <= set(INNER_LENGTHS)
    assert sum(lengths) >= frames
    assert lengths == sorted(lengths, reverse=True)
    assert not lengths or sum(lengths) - lengths[-1] < frames


@given(frames=st.integers(1, 600), context=st.integers(0, 200))
@settings(deadline=None, max_examples=30)
def test_no_other_windows_cost_less(frames: int, context: int) -> None:
    def cost(lengths: tuple[int, ...] | list[int]) -> int:
        return sum(length + context for length in lengths)

    best = min(
        cost(lengths)
        for count in range(1, 1 + -(-frames // INNER_LENGTHS[0]))
        if count <= 6
        for lengths in combinations_with_replacement(INNER_LENGTHS, count)
        if sum(lengths) >= frames
    )
    assert cost(cheapest(frames, context)) <= best


@given(frames=st.integers(-50, 5000))
def test_fitting_windows_leave_less_than_the_shortest(frames: int) -> None:
    lengths = fitting(frames)
    assert set(lengths) <= set(INNER_LENGTHS)
    assert 0 <= max(frames, 0) - sum(lengths) < INNER_LENGTHS[0]
    assert lengths == sorted(lengths, reverse=True)


def mel_of(manifest: VoiceManifest, frames: int, seed: int) -> np.ndarray:
    """(frames, channels) with, for voices with a source, F0 normalised and a voicing probability at the end."""
    random = np.random.default_rng(seed)
    mel = random.standard_normal((frames, manifest.acoustic.n_mels)).astype(np.float32)
    if manifest.nsf:
        mel[:, -1] = np.repeat(random.uniform(0, 1.2, -(-frames // 9)), 9)[:frames]
    return mel


def one_pass(manifest: VoiceManifest, synthesizer: Synthesizer, mel: np.ndarray) -> np.ndarray:
    """The whole through the generator at once, its edge frames repeated at both ends."""
    left, right = manifest.vocoder.context_frames
    hop = manifest.audio.hop_length
    inputs = []
    if manifest.nsf and manifest.vocoder.source:
        source = HarmonicSource(manifest.vocoder.source.harmonics, manifest.vocoder.source.sample_rate, hop, seed=0)
        f0 = np.maximum(mel[:, -2] * manifest.nsf.std + manifest.nsf.mean, manifest.nsf.minimum)
        sines = source.advance(f0, mel[:, -1])
        inputs = [np.pad(sines, ((0, 0), (left * hop, right * hop)))[None]]
        mel = mel[:, :-2]
    if manifest.mel_to_vocoder:
        mel = mel * np.float32(manifest.mel_to_vocoder.std) + np.float32(manifest.mel_to_vocoder.mean)
    padded = np.pad(mel, ((left, right), (0, 0)), mode="edge").T[None]
    with torch.inference_mode():
        (samples,) = synthesizer.runtime.run("vocoder", np.ascontiguousarray(padded), *inputs)
    return samples[0, 0, left * hop : left * hop + len(mel) * hop]


@pytest.mark.parametrize(
    ("variant", "scaled"), [("base", False), ("base", True), ("causal_24k", False), ("nsf", False), ("se", True)]
)
@given(sizes=st.lists(st.integers(0, 330), min_size=1, max_size=4).filter(sum))
@settings(deadline=None, max_examples=10, derandomize=True)
def test_windows_give_what_one_pass_gives(
    imported: Imported, speaker: Speaker, variant: str, scaled: bool, sizes: list[int]
) -> None:
    synthesizer = speaker(variant, runtime="torch")
    manifest = imported(variant).voice.manifest
    if scaled:
        scale = Normalization(scale="linear", mean=-0.4, std=1.7)
        manifest = manifest.model_copy(update={"mel_to_vocoder": scale})
    mel = mel_of(manifest, sum(sizes), seed=len(sizes))
    expected = one_pass(manifest, synthesizer, mel)
    pieces = np.split(mel, np.cumsum(sizes)[:-1])
    windows = list(Vocoding(manifest, synthesizer.runtime).samples(iter(pieces), len(mel)))
    assert {len(w) % manifest.audio.hop_length for w in windows} == {0}
    samples = np.concatenate(windows)
    assert samples.shape == expected.shape
    assert np.abs(expected).max() > 0.05
    np.testing.assert_allclose(samples, expected, atol=1e-5, rtol=0)


@given(sizes=st.lists(st.integers(0, 330), min_size=1, max_size=4).filter(sum))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_windows_of_pulses_and_noise_give_what_one_pass_gives(imported: Imported, sizes: list[int]) -> None:
    trunk = TrunkConfig(channels=16, inner=24, blocks=3, kernel=5)
    config = HarmonicNoiseConfig(
        in_channels=80, sample_rate=16000, hop_length=200, mel_mean=0.0, mel_std=1.0, filters=trunk, pitch=trunk
    )
    manifest = imported("base").voice.manifest.model_copy(update={"vocoder": config, "nsf": None})
    torch.manual_seed(1)
    model = HarmonicNoiseVocoder(config).eval()
    torch.nn.init.normal_(model.pitch_bins.leave.weight, std=1.0)  # F0 that moves
    runtime = TorchRuntime(load_acoustic(imported("base").voice), LazyVocoder(config, lambda: model))
    mel = np.random.default_rng(len(sizes)).standard_normal((sum(sizes), 80)).astype(np.float32)

    left, right = config.context_frames
    padded = np.ascontiguousarray(np.pad(mel, ((left, right), (0, 0)), mode="edge").T[None])
    (f0,) = runtime.run("pitch", padded)
    source = PulseSource(16000, 200, seed=0).advance(np.pad(f0[0], (1, 1), mode="edge"))
    (whole,) = runtime.run("vocoder", padded, source[None])
    expected = whole[0, 0, left * 200 : (left + len(mel)) * 200]

    pieces = np.split(mel, np.cumsum(sizes)[:-1])
    samples = np.concatenate(list(Vocoding(manifest, runtime).samples(iter(pieces), len(mel))))
    assert samples.shape == expected.shape
    # F0 differs in its last digits, and the phase of the highest harmonics sums that up
    assert np.sqrt(np.mean(np.square(samples - expected))) < 0.02 * np.sqrt(np.mean(np.square(expected)))


def test_speech_begins_before_all_of_the_mel_is_there(imported: Imported, speaker: Speaker) -> None:
    manifest, synthesizer = imported("base").voice.manifest, speaker("base", runtime="torch")
    taken = 0

    def pieces() -> object:
        nonlocal taken
        for piece in np.split(mel_of(manifest, 400, seed=1), 20):
            taken += len(piece)
            yield piece

    samples = Vocoding(manifest, synthesizer.runtime).samples(pieces(), 400)
    first = next(samples)
    assert len(first) == INNER_LENGTHS[0] * manifest.audio.hop_length
    assert taken <= INNER_LENGTHS[0] + manifest.vocoder.context_frames[1] + 20


def test_every_request_has_the_same_noise(speaker: Speaker) -> None:
    synthesizer = speaker("nsf")
    np.testing.assert_array_equal(synthesizer.say("你好。").samples, synthesizer.say("你好。").samples)
