"""KAN-TTS's names of SAM-BERT's weights and ours (specification 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from langsong.errors import CheckpointError

from .config import AcousticConfig
from .sambert import SamBert

_ENCODER = r"text_encoder\.ling_enc"
_ADAPTOR = "variance_adaptor"
_DECODER = r"mel_decoder\.mel_dec"

KEY_MAP: tuple[tuple[str, str], ...] = (
    (r"text_encoder\.sy_emb\.", "encoder.embed.phone."),
    (r"text_encoder\.tone_emb\.", "encoder.embed.tone."),
    (r"text_encoder\.syllable_flag_emb\.", "encoder.embed.syllable."),
    (r"text_encoder\.ws_emb\.", "encoder.embed.word."),
    (r"text_encoder\.byte_index_emb\.", "encoder.embed.byte."),
    (rf"{_ENCODER}\.fft\.(\d+)\.slf_attn\.layer_norm\.", r"encoder.layers.\1.attn.norm."),
    (rf"{_ENCODER}\.fft\.(\d+)\.slf_attn\.w_qkv\.", r"encoder.layers.\1.attn.qkv."),
    (rf"{_ENCODER}\.fft\.(\d+)\.slf_attn\.fc\.", r"encoder.layers.\1.attn.out."),
    (rf"{_ENCODER}\.fft\.(\d+)\.pos_ffn\.layer_norm\.", r"encoder.layers.\1.ffn.norm."),
    (rf"{_ENCODER}\.fft\.(\d+)\.pos_ffn\.w_([12])\.", r"encoder.layers.\1.ffn.conv\2."),
    (rf"{_ENCODER}\.ln\.", "encoder.norm."),
    (r"text_encoder\.ling_proj\.", "encoder.proj."),
    (r"emo_tokenizer\.", "emotion_embed."),
    (r"spk_tokenizer\.", "speaker_embed."),
    (r"FP_predictor\.w_([12])\.", r"filled_pause.conv\1."),
    (r"FP_predictor\.layer_norm([12])\.", r"filled_pause.norm\1."),
    (r"FP_predictor\.fc\.", "filled_pause.out."),
    (rf"{_ADAPTOR}\.(pitch|energy)_predictor\.fsmn\.ffn_lst\.(\d+)\.w_1\.", r"prosody.\1.fsmn.\2.expand."),
    (rf"{_ADAPTOR}\.(pitch|energy)_predictor\.fsmn\.ffn_lst\.(\d+)\.w_2\.", r"prosody.\1.fsmn.\2.project."),
    (
        rf"{_ADAPTOR}\.(pitch|energy)_predictor\.fsmn\.memory_block_lst\.(\d+)\.conv_dw\.",
        r"prosody.\1.fsmn.\2.memory.",
    ),
    (rf"{_ADAPTOR}\.(pitch|energy)_predictor\.blstm\.(\w+)_reverse$", r"prosody.\1.rnn.back.\2"),
    (rf"{_ADAPTOR}\.(pitch|energy)_predictor\.blstm\.", r"prosody.\1.rnn.ahead."),
    (rf"{_ADAPTOR}\.(pitch|energy)_predictor\.fc\.", r"prosody.\1.out."),
    (rf"{_ADAPTOR}\.(pitch|energy)_emb\.", r"contour.\1."),
    (rf"{_ADAPTOR}\.duration_predictor\.prenet\.fcs\.0\.", "duration.prenet.0."),
    (rf"{_ADAPTOR}\.duration_predictor\.prenet\.fcs\.3\.", "duration.prenet.2."),
    (rf"{_ADAPTOR}\.duration_predictor\.lstm\.", "duration.rnn."),
    (rf"{_ADAPTOR}\.duration_predictor\.fc\.", "duration.out."),
    (rf"{_DECODER}\.prenet\.fcs\.0\.", "decoder.prenet.0."),
    (rf"{_DECODER}\.prenet\.fcs\.3\.", "decoder.prenet.2."),
    (rf"{_DECODER}\.prenet\.fcs\.6\.", "decoder.prenet.4."),
    (rf"{_DECODER}\.dec_in_proj\.", "decoder.in_proj."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pnca_attn\.layer_norm\.", r"decoder.layers.\1.norm."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pnca_attn\.w_x_qkv\.", r"decoder.layers.\1.self_qkv."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pnca_attn\.fc_x\.", r"decoder.layers.\1.self_out."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pnca_attn\.w_h_kv\.", r"memory.layers.\1."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pnca_attn\.fc_h\.", r"decoder.layers.\1.memory_out."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pos_ffn\.layer_norm\.", r"decoder.layers.\1.ffn.norm."),
    (rf"{_DECODER}\.pnca\.(\d+)\.pos_ffn\.w_([12])\.", r"decoder.layers.\1.ffn.conv\2."),
    (rf"{_DECODER}\.ln\.", "decoder.norm."),
    (rf"{_DECODER}\.dec_out_proj\.", "decoder.out_proj."),
    (r"mel_postnet\.fsmn\.ffn_lst\.(\d+)\.w_1\.", r"postnet.fsmn.\1.expand."),
    (r"mel_postnet\.fsmn\.ffn_lst\.(\d+)\.w_2\.", r"postnet.fsmn.\1.project."),
    (r"mel_postnet\.fsmn\.memory_block_lst\.(\d+)\.conv_dw\.", r"postnet.fsmn.\1.memory."),
    (r"mel_postnet\.lstm\.", "postnet.rnn."),
    (r"mel_postnet\.fc\.", "postnet.out."),
)

DROPPED: tuple[tuple[str, str], ...] = (
    (rf"{_ENCODER}\.position_enc\.position_enc$", "computed from its formula"),
    (rf"{_ADAPTOR}\.dur_position_encoder\.inv_timescales$", "computed from its formula"),
    (r"align_attention\.", "used in training only"),
)
"""Tensors that are left behind on purpose, and why."""


def converted_name(key: str) -> str | None:
    """Our name of a checkpoint's key; None for one dropped on purpose.

    Raises:
        CheckpointError: the key is unknown.
    """
    for pattern, replacement in KEY_MAP:
        if re.match(pattern, key):
            return re.sub(rf"^{pattern}", replacement, key)
    if any(re.match(pattern, key) for pattern, _ in DROPPED):
        return None
    raise CheckpointError(f"the acoustic checkpoint holds an unknown tensor {key!r}: it is not a SAM-BERT of KAN-TTS")


def convert_sambert(state: Mapping[str, Tensor], config: AcousticConfig) -> dict[str, Tensor]:
    """Rename a KAN-TTS state dict to ours, strictly.

    Raises:
        CheckpointError: a tensor is unknown, missing, or of another shape than the configuration says.
    """
    renamed = {name: tensor for key, tensor in state.items() if (name := converted_name(key)) is not None}
    with torch.device("meta"):
        expected = SamBert(config).state_dict()
    missing = sorted(expected.keys() - renamed.keys())
    unexpected = sorted(renamed.keys() - expected.keys())
    if missing or unexpected:
        raise CheckpointError(
            "the acoustic checkpoint does not fit its config: "
            + "; ".join(
                f"{label} {len(names)} ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})"
                for label, names in (("missing", missing), ("unexpected", unexpected))
                if names
            )
        )
    for name, tensor in expected.items():
        if renamed[name].shape != tensor.shape:
            raise CheckpointError(
                f"the acoustic checkpoint's {name} is {tuple(renamed[name].shape)}, "
                f"its config asks for {tuple(tensor.shape)}"
            )
    return {name: renamed[name] for name in expected}
