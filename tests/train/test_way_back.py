"""A fine-tuned voice goes back to its base as far as it sounds like the speaker."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import cast

import pytest
import torch

from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.measure.quality.similarity import SpeakerEncoder
from langsong.train.align import AlignmentReport
from langsong.train.way_back import SHARES, Listener, blend, furthest_share


def test_weights_go_back_by_a_share_and_rows_of_speakers_do_not() -> None:
    def network(value: float) -> torch.nn.ModuleDict:
        net = torch.nn.ModuleDict({"speaker_embed": torch.nn.Embedding(2, 2), "other": torch.nn.Linear(2, 2)})
        for parameter in net.parameters():
            torch.nn.init.constant_(parameter, value)
        return net

    after = network(1.0)
    blend(after, network(0.0), 0.25)
    found = {name: sorted(set(tensor.flatten().tolist())) for name, tensor in after.state_dict().items()}
    assert found == {"speaker_embed.weight": [1.0], "other.weight": [0.75], "other.bias": [0.75]}


class Falling:
    """A listener to whom likeness falls from 0.84 by `slope` per share, linearly; voices are their shares."""

    def __init__(self, slope: float) -> None:
        self.slope, self.heard = slope, list[float]()

    def likeness(self, share: float) -> float:
        self.heard.append(share)
        return 0.84 - self.slope * share


@pytest.mark.parametrize("slope", [0.0, 0.03, 0.0667, 0.11, 0.17, 0.3, 0.6, 10.0])
def test_the_furthest_share_that_costs_a_seventh_of_the_likeness(slope: float, tmp_path: Path) -> None:
    listener = Falling(slope)
    found = furthest_share(lambda share, folder: cast(Voice, share), cast(Listener, listener), tmp_path)
    allowed = [share for share in SHARES if slope * share <= 0.02]
    assert found == max(allowed, default=0.0)
    assert len(listener.heard) <= 5
    assert listener.heard[0] == 0.0


def test_utterances_with_another_text_are_told() -> None:
    fit = {f"good{index}": -4.6 + 0.1 * (index % 9) for index in range(18)} | {"wrong": -8.0, "worse": -9.5}
    told = AlignmentReport(len(fit), fit).misfits()
    assert [line.split()[0] for line in told] == ["worse", "wrong"]
    assert AlignmentReport(0, {}).misfits() == []


@pytest.mark.skipif(find_spec("resemblyzer") is None, reason="Resemblyzer is not installed")
def test_a_listener_tells_speakers_apart() -> None:
    voice, encoder = find_voice(None), SpeakerEncoder()
    said = Synthesizer.open(voice, cache_bytes=0).say("今天天气真不错。", speaker="yunfan")
    target = encoder.embed_speaker([(said.samples, said.sample_rate)])
    own, other = (
        Listener(encoder, target, ["我们明天去看他。"], name).likeness(voice) for name in ("yunfan", "qinglan")
    )
    assert own > other + 0.1
