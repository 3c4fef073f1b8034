"""Conversion of acoustic checkpoints is strict: every tensor is used or dropped by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from langsong.acoustic.config import AcousticConfig
from langsong.acoustic.convert import convert_sambert, converted_name
from langsong.acoustic.sambert import SamBert
from langsong.errors import CheckpointError

if TYPE_CHECKING:
    from conftest import Case

CASES = ["sambert_base", "sambert_nsf", "sambert_se_nsf_global", "sambert_fp", "sambert_byte_mas"]

DROPPED = {
    "text_encoder.ling_enc.position_enc.position_enc",
    "variance_adaptor.dur_position_encoder.inv_timescales",
}


def refusal(state: dict[str, Tensor], config: AcousticConfig) -> str:
    with pytest.raises(CheckpointError) as raised:
        convert_sambert(state, config)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_every_tensor_is_used_once_or_dropped_by_name(case: Case) -> None:
    names = {key: converted_name(key) for key in case.state}
    dropped = {key for key, name in names.items() if name is None}
    assert {key for key in dropped if not key.startswith("align_attention.")} == DROPPED
    assert any(key.startswith("align_attention.") for key in dropped) == case.params["MAS"]
    kept = {key: name for key, name in names.items() if name is not None}
    assert len(set(kept.values())) == len(kept), "two tensors became one"
    converted = convert_sambert(case.state, case.config)
    assert converted.keys() == set(kept.values()) == SamBert(case.config).state_dict().keys()
    for key, name in kept.items():
        assert converted[name] is case.state[key]


@pytest.mark.parametrize("case", ["sambert_base"], indirect=True)
def test_a_missing_tensor_is_named(case: Case) -> None:
    for key in sorted(set(case.state) - DROPPED)[::7]:
        state = {k: t for k, t in case.state.items() if k != key}
        message = refusal(state, case.config)
        assert f"missing 1 ({converted_name(key)})" in message


@pytest.mark.parametrize("case", ["sambert_base"], indirect=True)
def test_a_checkpoint_may_lack_what_is_computed_anyway(case: Case) -> None:
    state = {k: t for k, t in case.state.items() if k not in DROPPED}
    assert convert_sambert(state, case.config).keys() == convert_sambert(case.state, case.config).keys()


@pytest.mark.parametrize("case", ["sambert_base"], indirect=True)
@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("mel_decoder.extra.weight", "unknown tensor 'mel_decoder.extra.weight'"),
        ("fc.weight", "unknown tensor 'fc.weight'"),
        ("module.emo_tokenizer.weight", "unknown tensor 'module.emo_tokenizer.weight'"),
        ("text_encoder.ling_enc.position_enc.position_enc2", "position_enc2"),
        ("text_encoder.ling_enc.fft.2.pos_ffn.w_1.bias", "unexpected 1 (encoder.layers.2.ffn.conv1.bias)"),
        ("text_encoder.byte_index_emb.weight", "unexpected 1 (encoder.embed.byte.weight)"),
        ("FP_predictor.fc.bias", "unexpected 1 (filled_pause.out.bias)"),
        ("emo_tokenizer.bias", "unexpected 1 (emotion_embed.bias)"),
    ],
)
def test_an_extra_tensor_is_named(case: Case, key: str, complaint: str) -> None:
    assert complaint in refusal({**case.state, key: torch.zeros(1)}, case.config)


@pytest.mark.parametrize("case", ["sambert_base"], indirect=True)
def test_a_wrong_shape_is_named(case: Case) -> None:
    for key in sorted(set(case.state) - DROPPED)[::7]:
        tensor = case.state[key]
        longer = torch.zeros((tensor.shape[0] + 1, *tensor.shape[1:]))
        message = refusal({**case.state, key: longer}, case.config)
        assert str(converted_name(key)) in message
        assert str(tuple(longer.shape)) in message
        assert str(tuple(tensor.shape)) in message
    transposed = case.state["emo_tokenizer.weight"].T
    assert "emotion_embed.weight" in refusal({**case.state, "emo_tokenizer.weight": transposed}, case.config)


def test_a_config_that_lacks_a_key_or_does_not_fit_is_refused() -> None:
    from kantts_voices import ACOUSTIC

    sizes = {"vocabulary": (147, 10, 8, 8), "emotions": 36, "speakers": 5}
    assert AcousticConfig.from_kantts(ACOUSTIC, **sizes).n_mels == ACOUSTIC["num_mels"]
    for key in sorted(set(ACOUSTIC) - {"max_len", "MAS"}):
        with pytest.raises(CheckpointError, match=f"lacks '{key}'$"):
            AcousticConfig.from_kantts({k: v for k, v in ACOUSTIC.items() if k != key}, **sizes)
    for key, value in {
        "encoder_num_heads": 5,
        "dur_pred_prenet_units": [1, 2, 3],
        "num_mels": "many",
        "speaker_units": None,
        "decoder_prenet_units": 7,
    }.items():
        with pytest.raises(CheckpointError, match="not usable") as raised:
            AcousticConfig.from_kantts({**ACOUSTIC, key: value}, **sizes)
        assert "\n" not in str(raised.value)
