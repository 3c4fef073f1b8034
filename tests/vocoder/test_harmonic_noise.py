"""Pulses, noise and the filters over them."""

from __future__ import annotations

import io
from inspect import signature

import numpy as np
import openvino
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.vocoder.harmonic_noise import HarmonicNoiseVocoder, _minimum_phase
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig, TrunkConfig
from langsong.vocoder.source import PulseSource, pulses

RATE, HOP = 16000, 200
SMALL = TrunkConfig(channels=16, inner=24, blocks=2, kernel=5)
CONFIG = HarmonicNoiseConfig(
    in_channels=12, sample_rate=RATE, hop_length=HOP, mel_mean=-4.0, mel_std=2.0, filters=SMALL, pitch=SMALL
)


def still(frames: int, f0: float) -> np.ndarray:
    return np.full(frames + 2, f0, np.float32)


@pytest.fixture
def vocoder() -> HarmonicNoiseVocoder:
    torch.manual_seed(0)
    return HarmonicNoiseVocoder(CONFIG).eval()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.integers(0, 2**32))
@settings(deadline=None)
def test_cuts_between_calls_do_not_show(chunks: list[int], seed: int) -> None:
    frames = sum(chunks)
    f0 = np.random.default_rng(seed).uniform(60, 500, frames + 2).astype(np.float32)
    whole = PulseSource(RATE, HOP, seed).advance(f0)
    assert whole.shape == (2, frames * HOP)
    assert whole.dtype == np.float32
    source, start, parts = PulseSource(RATE, HOP, seed), 0, []
    for count in chunks:
        parts.append(source.advance(f0[start : start + count + 2]))
        start += count
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_pulses_have_every_harmonic_alike_and_nothing_else() -> None:
    pulses, noise = PulseSource(RATE, HOP, seed=1).advance(still(80, 198.0))  # 1 s: bin n is n Hz
    spectrum = np.abs(np.fft.rfft(pulses)) / (RATE / 2)
    harmonics = np.arange(198, RATE // 2, 198)
    share = RATE / 2 / 198 - len(harmonics)  # of the highest, which is not yet clear of half the rate
    expected = np.where(harmonics == harmonics[-1], share, 1.0) * np.sqrt(2 / (len(harmonics) - 1 + share**2))
    np.testing.assert_allclose(spectrum[harmonics], expected, rtol=1e-3)
    spectrum[harmonics] = 0
    assert spectrum.max() < 1e-4
    assert np.var(pulses) == pytest.approx(1.0, rel=0.02)
    assert np.var(noise) == pytest.approx(1.0, rel=0.05)


def test_loud_samples_are_bent_below_clipping_and_others_left_alone(vocoder: HarmonicNoiseVocoder) -> None:
    source = torch.from_numpy(PulseSource(RATE, HOP, seed=1).advance(still(20, 150.0)))[None]
    peaks = []
    for decibels in (-80.0, 20.0, 40.0, 60.0):  # added to what was before: -80, -60, -20 and 40 dB
        with torch.no_grad():
            vocoder.filters.leave.bias += decibels / 20 * np.log(10)
            peaks.append(vocoder(torch.full((1, 12, 20), -4.0), source).abs().max().item())
    faint, quiet, loud, deafening = peaks
    assert quiet < 0.8
    assert quiet == pytest.approx(10 * faint, rel=1e-4)
    assert 0.8 < loud <= deafening < 0.981


@given(st.floats(55, 750), st.floats(0, 1))
@settings(deadline=None)
def test_no_harmonic_comes_at_once(f0: float, cycles: float) -> None:
    near = [pulses(np.array([cycles]), np.array([RATE / (f0 * (1 + shift))]))[0] for shift in (-1e-6, 0, 1e-6)]
    assert np.ptp(near) < 1e-3 * np.sqrt(RATE / f0)


def test_f0_glides_between_the_middles_of_frames() -> None:
    f0 = np.linspace(100, 300, 82, dtype=np.float32)  # of 80 frames and two neighbours: 200 Hz on the whole
    source = PulseSource(RATE, HOP, seed=1)
    source.advance(f0)
    np.testing.assert_allclose(source._cycles, 200.0, rtol=1e-6)


def test_flat_filters_let_the_excitation_through(vocoder: HarmonicNoiseVocoder) -> None:
    for parameter in (*vocoder.envelope.parameters(), *vocoder.filters.leave.parameters()):
        torch.nn.init.zeros_(parameter)
    vocoder.filters.leave.bias.data[vocoder.bins :] = -40.0  # no noise
    source = 0.05 * torch.from_numpy(PulseSource(RATE, HOP, seed=1).advance(still(20, 170.0)))[None]
    with torch.inference_mode():
        spoken = vocoder(torch.randn(1, 12, 20), source)
    inner = slice(HOP, -HOP)  # the outermost frames have no neighbours to add up with
    np.testing.assert_allclose(spoken[0, 0, inner], source[0, 0, inner], atol=1e-4)


def test_nothing_is_clipped(vocoder: HarmonicNoiseVocoder) -> None:
    source = 20 * torch.from_numpy(PulseSource(RATE, HOP, seed=1).advance(still(20, 170.0)))[None]
    with torch.inference_mode():
        spoken = vocoder(torch.zeros(1, 12, 20), source)
    assert 0.9 < float(spoken.abs().max()) <= 1.0


def test_the_filter_of_pulses_is_causal_and_of_least_delay() -> None:
    generator = np.random.default_rng(3)
    cepstrum = np.zeros(400)
    cepstrum[:20] = generator.standard_normal(20) * 0.5 ** np.arange(20)  # what is smooth in frequency is short in time
    log_spectrum = np.fft.rfft(cepstrum)  # a cepstrum of positive times alone is that of minimum phase
    phase = torch.from_numpy(log_spectrum.real[None]) @ _minimum_phase(201, torch.zeros(1, dtype=torch.float64))
    np.testing.assert_allclose(phase[0], log_spectrum.imag, atol=1e-9)


def test_f0_is_within_its_range(vocoder: HarmonicNoiseVocoder) -> None:
    with torch.inference_mode():
        f0 = vocoder.pitch(torch.randn(2, 12, 30) * 5)
    assert f0.shape == (2, 30)
    assert CONFIG.lowest_hz < f0.min() < f0.max() < CONFIG.highest_hz


@pytest.mark.filterwarnings(
    "ignore:You are using the legacy TorchScript-based ONNX export:DeprecationWarning",
    "ignore:The feature will be removed:DeprecationWarning:torch.onnx",
    "ignore:Constant folding - Only steps=1 can be constant folded:UserWarning",
)
def test_the_graph_agrees_with_torch_and_carries_no_tables(vocoder: HarmonicNoiseVocoder) -> None:
    file = io.BytesIO()
    tracing = {"dynamo": False} if "dynamo" in signature(torch.onnx.export).parameters else {}  # not before torch 2.5
    example = torch.randn(2, 12, 7), torch.randn(2, 2, 7 * HOP)
    torch.onnx.export(
        vocoder, example, file, **tracing, opset_version=17, do_constant_folding=False,
        input_names=["mel", "source"], output_names=["samples"],
        dynamic_axes={"mel": {0: "b", 2: "l"}, "source": {0: "b", 2: "n"}, "samples": {0: "b", 2: "n"}},
    )  # fmt: skip
    weights = sum(4 * p.numel() for p in vocoder.parameters())
    assert len(file.getvalue()) < weights + 100_000
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
    compiled = openvino.Core().compile_model(openvino.Core().read_model(file.getvalue(), b""), "CPU", settings)
    for batch, frames in ((1, 1), (2, 7), (1, 31)):
        mel, source = torch.randn(batch, 12, frames), torch.randn(batch, 2, frames * HOP)
        with torch.inference_mode():
            expected = vocoder(mel, source)
        assert expected.shape == (batch, 1, frames * HOP)
        np.testing.assert_allclose(compiled([mel.numpy(), source.numpy()])[0], expected, atol=2e-4)
