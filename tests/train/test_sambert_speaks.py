"""What a model is trained to say is what it says: teacher forcing on its own plan gives the mel of synthesis."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from test_loop_runs import SHAPE

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.sambert import SamBert
from langsong.acoustic.teacher_forcing import Truth, band_width, predict
from langsong.engine.acoustics import AcousticInput, AcousticModel
from langsong.engine.runtime.torch import TorchRuntime


def test_training_and_synthesis_compute_the_same() -> None:
    config = AcousticConfig.model_validate(
        {**SHAPE, "text_width": 8, "emotion_width": 4, "speaker_width": 4, "frames_per_step": 3, "n_mels": 10}
        | {"vocabulary": (9, 4, 4, 4), "emotions": 3, "speakers": 3, "feedback": "none"}
    )
    torch.manual_seed(2)
    sambert = SamBert(config).eval()
    with torch.no_grad():
        sambert.duration.out.bias += 1.7
    rng = np.random.default_rng(2)
    inputs = [
        AcousticInput(
            np.stack([rng.integers(0, n, units) for n in config.vocabulary], axis=1),
            rng.standard_normal((units, 4)).astype(np.float32),
            rng.standard_normal((units, 4)).astype(np.float32),
        )
        for units in (9, 5)
    ]
    model = AcousticModel(config, TorchRuntime(sambert, None), None)
    plans = [model.plan([item]) for item in inputs]
    spoken = [
        np.concatenate(list(model.refine(plan, model.decode(plan, itertools.repeat(100)))), axis=1)[0] for plan in plans
    ]

    def padded(arrays: list[np.ndarray], length: int) -> torch.Tensor:
        filled = [np.pad(a, [(0, length - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in arrays]
        return torch.from_numpy(np.stack(filled))

    durations = padded([np.asarray(p.durations[0], np.int64) for p in plans], 9)
    frames = durations.sum(1)
    # one batch has one band; it is the same for both here, and for synthesis
    assert {band_width(durations, 3), *(int(p.bands[0]) for p in plans)} == {int(plans[0].bands[0])}
    truth = Truth(
        unit_lengths=torch.tensor([9, 5]),
        frame_lengths=frames,
        durations=durations,
        pitch=padded([p.pitch[0] for p in plans], 9),
        energy=padded([p.energy[0] for p in plans], 9),
        mel=torch.zeros(2, -(-int(frames.max()) // 3) * 3, 10),
    )
    ids = padded([item.ids for item in inputs], 9)
    emotion, speaker = (padded([getattr(i, name) for i in inputs], 9) for name in ("emotion", "speaker"))
    with torch.no_grad():
        prediction = predict(sambert, sambert.encoder.embed_units(ids), speaker, emotion, truth)
    for trained, said in zip(prediction.after, spoken, strict=True):
        np.testing.assert_allclose(trained[: len(said)].numpy(), said, atol=1e-5)
    for trained, plan in zip(prediction.pitch, plans, strict=True):
        np.testing.assert_allclose(trained[: plan.pitch.shape[1]].numpy(), plan.pitch[0], atol=1e-5)
