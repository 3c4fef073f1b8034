"""Writes tiny voices with random weights in the layout of ModelScope's KAN-TTS models.

Key names and shapes are those of the specification's appendix A, spelled out here anew, so that the importer
is not tested against its own tables.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from torch import Tensor

N_MELS = 10
F0 = {"mean": 210.0, "std": 60.0}

ACOUSTIC = {
    "max_len": 60, "embedding_dim": 28, "encoder_num_layers": 2, "encoder_num_heads": 4,
    "encoder_num_units": 32, "encoder_ffn_inner_dim": 40, "encoder_projection_units": 16, "speaker_units": 12,
    "emotion_units": 8, "predictor_filter_size": 11, "predictor_fsmn_num_layers": 2,
    "predictor_num_memory_units": 24, "predictor_ffn_inner_dim": 36, "predictor_shift": 0,
    "predictor_lstm_units": 20, "dur_pred_prenet_units": [18, 22], "dur_pred_lstm_units": 14,
    "decoder_prenet_units": [26, 30], "decoder_num_layers": 2, "decoder_num_heads": 2,
    "decoder_num_units": 32, "decoder_ffn_inner_dim": 48, "outputs_per_step": 3, "num_mels": N_MELS,
    "postnet_filter_size": 11, "postnet_fsmn_num_layers": 2, "postnet_num_memory_units": 28,
    "postnet_ffn_inner_dim": 44, "postnet_shift": 3, "postnet_lstm_units": 34, "MAS": False,
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A kind of voice that KAN-TTS trains.

    Attributes:
        nsf: how the F0 channel is normalised; None for voices without a harmonic source.
        vector_speakers: SE voices, whose speaker is the vector in se.npy.
        has_mask: whether the tables have a row for ``@[MASK]``.
        alignment: whether the checkpoint has the weights of the alignment learned in training (MAS).
        reads_bytes: the units are UTF-8 bytes.
        hesitates: the voice puts pauses in by itself (FP).
    """

    sample_rate: int = 16000
    scales: tuple[int, ...] = (10, 5, 4)
    kernels: tuple[int, ...] = (20, 11, 8)
    causal: bool = False
    nsf: str | None = None
    vector_speakers: bool = False
    has_mask: bool = True
    alignment: bool = False
    reads_bytes: bool = False
    hesitates: bool = False
    speakers: tuple[str, ...] = ("F7", "M7")
    params: dict[str, Any] = field(default_factory=dict)


VARIANTS = {
    "base": Variant(),
    "nsf": Variant(nsf="mean_std"),
    "se": Variant(nsf="global", vector_speakers=True),
    "no_mask": Variant(has_mask=False, alignment=True),
    "bytes": Variant(reads_bytes=True, alignment=True),
    "hesitant": Variant(hesitates=True),
    "causal_24k": Variant(sample_rate=24000, scales=(8, 6, 5), kernels=(16, 12, 10), causal=True),
}


def acoustic_shapes(params: dict[str, Any], rows: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Every key of an acoustic checkpoint and its shape; `rows` of the embedding tables."""
    p = params
    shapes: dict[str, tuple[int, ...]] = {}

    def linear(name: str, width_in: int, width: int, *, kernel: int | None = None, bias: bool = True) -> None:
        shapes[f"{name}.weight"] = (width, width_in) if kernel is None else (width, width_in, kernel)
        if bias:
            shapes[f"{name}.bias"] = (width,)

    def norm(name: str, width: int) -> None:
        shapes[f"{name}.weight"] = shapes[f"{name}.bias"] = (width,)

    def lstm(name: str, width_in: int, width: int, layer: int = 0, suffix: str = "") -> None:
        for side, columns in (("ih", width_in), ("hh", width)):
            shapes[f"{name}.weight_{side}_l{layer}{suffix}"] = (4 * width, columns)
            shapes[f"{name}.bias_{side}_l{layer}{suffix}"] = (4 * width,)

    def fsmn(name: str, width: int, inner: int, memory: int, taps: int, layers: int) -> None:
        for i in range(layers):
            linear(f"{name}.ffn_lst.{i}.w_1", width if i == 0 else memory, inner, kernel=1)
            linear(f"{name}.ffn_lst.{i}.w_2", inner, memory, kernel=1, bias=False)
            shapes[f"{name}.memory_block_lst.{i}.conv_dw.weight"] = (memory, 1, taps)

    embedding, model = p["embedding_dim"], p["encoder_num_units"]
    for table in ("byte_index",) if p.get("using_byte") else ("sy", "tone", "syllable_flag", "ws"):
        shapes[f"text_encoder.{table}_emb.weight"] = (rows[table], embedding)
    for i in range(p["encoder_num_layers"]):
        layer = f"text_encoder.ling_enc.fft.{i}"
        width = embedding if i == 0 else model
        norm(f"{layer}.slf_attn.layer_norm", width)
        linear(f"{layer}.slf_attn.w_qkv", width, 3 * model)
        linear(f"{layer}.slf_attn.fc", model, model)
        norm(f"{layer}.pos_ffn.layer_norm", model)
        linear(f"{layer}.pos_ffn.w_1", model, p["encoder_ffn_inner_dim"], kernel=3)
        linear(f"{layer}.pos_ffn.w_2", p["encoder_ffn_inner_dim"], model, kernel=1)
    norm("text_encoder.ling_enc.ln", model)
    shapes["text_encoder.ling_enc.position_enc.position_enc"] = (1, p["max_len"], embedding)
    text = p["encoder_projection_units"]
    linear("text_encoder.ling_proj", model, text, bias=False)
    if not p.get("SE"):
        shapes["spk_tokenizer.weight"] = (rows["speaker"], p["speaker_units"])
    shapes["emo_tokenizer.weight"] = (rows["emotion"], p["emotion_units"])

    if p.get("FP"):
        inner = 36
        linear("FP_predictor.w_1", text, inner, kernel=3)
        norm("FP_predictor.layer_norm1", inner)
        linear("FP_predictor.w_2", inner, text, kernel=1)
        norm("FP_predictor.layer_norm2", text)
        linear("FP_predictor.fc", text, 4)

    condition = text + p["speaker_units"] + p["emotion_units"]
    memory, taps = p["predictor_num_memory_units"], p["predictor_filter_size"]
    for contour in ("pitch", "energy"):
        name = f"variance_adaptor.{contour}_predictor"
        fsmn(f"{name}.fsmn", condition, p["predictor_ffn_inner_dim"], memory, taps, p["predictor_fsmn_num_layers"])
        for suffix in ("", "_reverse"):
            lstm(f"{name}.blstm", memory, p["predictor_lstm_units"], suffix=suffix)
        linear(f"{name}.fc", 2 * p["predictor_lstm_units"], 1)
        linear(f"variance_adaptor.{contour}_emb", 1, text, kernel=9)
    first, second = p["dur_pred_prenet_units"]
    linear("variance_adaptor.duration_predictor.prenet.fcs.0", 1, first)
    linear("variance_adaptor.duration_predictor.prenet.fcs.3", first, second)
    lstm("variance_adaptor.duration_predictor.lstm", second + condition, p["dur_pred_lstm_units"])
    lstm("variance_adaptor.duration_predictor.lstm", p["dur_pred_lstm_units"], p["dur_pred_lstm_units"], layer=1)
    linear("variance_adaptor.duration_predictor.fc", p["dur_pred_lstm_units"], 1)
    shapes["variance_adaptor.dur_position_encoder.inv_timescales"] = (text,)

    step, width, mels = p["outputs_per_step"], p["decoder_num_units"], p["num_mels"]
    beside = step * text + p["speaker_units"] + p["emotion_units"]
    first, second = p["decoder_prenet_units"]
    linear("mel_decoder.mel_dec.prenet.fcs.0", mels, first)
    linear("mel_decoder.mel_dec.prenet.fcs.3", first, second)
    linear("mel_decoder.mel_dec.prenet.fcs.6", second, width)
    linear("mel_decoder.mel_dec.dec_in_proj", beside + width, width)
    for i in range(p["decoder_num_layers"]):
        layer = f"mel_decoder.mel_dec.pnca.{i}"
        norm(f"{layer}.pnca_attn.layer_norm", width)
        linear(f"{layer}.pnca_attn.w_x_qkv", width, 3 * width)
        linear(f"{layer}.pnca_attn.fc_x", width, width)
        linear(f"{layer}.pnca_attn.w_h_kv", beside, 2 * width)
        linear(f"{layer}.pnca_attn.fc_h", width, width)
        norm(f"{layer}.pos_ffn.layer_norm", width)
        linear(f"{layer}.pos_ffn.w_1", width, p["decoder_ffn_inner_dim"], kernel=1)
        linear(f"{layer}.pos_ffn.w_2", p["decoder_ffn_inner_dim"], width, kernel=1)
    norm("mel_decoder.mel_dec.ln", width)
    linear("mel_decoder.mel_dec.dec_out_proj", width, step * mels)

    memory, taps = p["postnet_num_memory_units"], p["postnet_filter_size"]
    fsmn("mel_postnet.fsmn", mels, p["postnet_ffn_inner_dim"], memory, taps, p["postnet_fsmn_num_layers"])
    lstm("mel_postnet.lstm", memory, p["postnet_lstm_units"])
    linear("mel_postnet.fc", p["postnet_lstm_units"], mels)
    if p["MAS"]:
        shapes["align_attention.attn_proj.weight"] = (1, mels, 1, 1)
        linear("align_attention.key_proj.0.conv", embedding, 2 * embedding, kernel=3)
    return shapes


def generator_shapes(params: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every weight and bias of a generator and its shape, before weight normalisation splits the weights."""
    shapes: dict[str, tuple[int, ...]] = {}

    def conv(name: str, channels_in: int, channels: int, kernel: int) -> None:
        shapes[f"{name}.weight"] = (channels, channels_in, kernel)
        shapes[f"{name}.bias"] = (channels,)

    width, kernel = params["channels"], params["kernel_size"]
    scales = params["upsample_scales"]
    conv("conv_pre.conv1d", params["in_channels"], width, kernel)
    for i, (scale, taps) in enumerate(zip(scales, params["upsample_kernal_sizes"], strict=True)):
        shapes[f"transpose_upsamples.{i}.1.deconv.weight"] = (width, width // 2, taps)
        shapes[f"transpose_upsamples.{i}.1.deconv.bias"] = (width // 2,)
        conv(f"repeat_upsamples.{i}.2.conv1d", width, width // 2, kernel)
        width //= 2
        for j, block_kernel in enumerate(params["resblock_kernel_sizes"]):
            block = f"conv_blocks.{len(params['resblock_kernel_sizes']) * i + j}"
            for d in range(len(params["resblock_dilations"][j])):
                conv(f"{block}.convs1.{d}.conv1d", width, width, block_kernel)
                conv(f"{block}.convs2.{d}.conv1d", width, width, block_kernel)
        if params.get("nsf_params"):
            rate = int(np.prod(scales[i + 1 :]))
            conv(f"source_downs.{i}.conv1d", 1, width, 1 if rate == 1 else 2 * rate)
        del scale
    conv("conv_post.conv1d", width, 1, kernel)
    if params.get("nsf_params"):
        conv("source_module.ffn.0", params["nsf_params"]["nb_harmonics"] + 1, 1, 1)
    return shapes


def acoustic_state(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, Tensor]:
    """Random weights that speak units of about four frames each."""
    random = torch.Generator().manual_seed(seed)
    state = {}
    for key, shape in shapes.items():
        fan_in = int(np.prod(shape[1:])) or 1
        state[key] = torch.randn(shape, generator=random) / fan_in**0.5
        if len(shape) == 1:
            state[key] *= 0.1
        if ("norm" in key or ".ln." in key) and key.endswith("weight"):
            state[key] += 1.0
    state["variance_adaptor.duration_predictor.fc.bias"] += 1.7
    return state


def generator_state(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, Tensor]:
    """Random weights under the old names of weight normalisation."""
    random = torch.Generator().manual_seed(seed)
    state = {}
    for key, shape in shapes.items():
        if key.endswith("bias"):
            state[key] = 0.05 * torch.randn(shape, generator=random)
            continue
        state[f"{key}_v"] = torch.randn(shape, generator=random)
        state[f"{key}_g"] = 0.4 + 0.4 * torch.rand((shape[0], 1, 1), generator=random)
    return state


def acoustic_params(variant: Variant) -> dict[str, Any]:
    params = {**ACOUSTIC, "MAS": variant.alignment}
    if variant.nsf:
        params |= {"NSF": True, "nsf_norm_type": variant.nsf, "num_mels": N_MELS + 2}
    if variant.vector_speakers:
        params |= {"SE": True}
    if variant.reads_bytes:
        params |= {"using_byte": True}
    if variant.hesitates:
        params |= {"FP": True}
    return params | variant.params


def generator_params(variant: Variant) -> dict[str, Any]:
    params: dict[str, Any] = {
        "in_channels": N_MELS, "out_channels": 1, "channels": 16, "kernel_size": 7,
        "upsample_scales": list(variant.scales), "upsample_kernal_sizes": list(variant.kernels),
        "resblock_kernel_sizes": [3, 5], "resblock_dilations": [[1, 3], [1, 3]], "bias": True,
        "causal": variant.causal, "nonlinear_activation": "LeakyReLU",
        "nonlinear_activation_params": {"negative_slope": 0.1}, "use_weight_norm": True,
    }  # fmt: skip
    if variant.nsf:
        params["nsf_params"] = {"nb_harmonics": 7, "sampling_rate": variant.sample_rate}
    return params


def table_rows(variant: Variant) -> dict[str, int]:
    """Specification 4.2 (PinYin): values, then ``_``, ``~`` and, in most voices, ``@[MASK]``."""
    special = 3 if variant.has_mask else 2
    values = {
        "sy": 144, "tone": 7, "syllable_flag": 5, "ws": 5, "byte_index": 256, "emotion": 33,
        "speaker": len(variant.speakers),
    }  # fmt: skip
    return {name: count + special for name, count in values.items()}


def audio_config(variant: Variant) -> dict[str, Any]:
    hop = int(np.prod(variant.scales))
    return {
        "sampling_rate": variant.sample_rate, "hop_length": hop, "win_length": 4 * hop, "n_fft": 2048,
        "n_mels": N_MELS, "fmin": 0.0, "fmax": 8000.0, "norm_type": "mean_std", "trim_silence": True,
    }  # fmt: skip


def write_checkpoint(path: Path, model: dict[str, Any], steps: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    optimizer = {"state": {0: {"step": 1, "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-3}]}
    torch.save({"model": model, "optimizer": optimizer, "scheduler": {"last_epoch": steps}, "steps": steps}, path)


def write_voice(root: Path, variant: Variant, name: str = "xiaoyu", seed: int = 7) -> Path:
    """Write a model with one voice, `name`, and return `root`.

    Each folder of checkpoints holds several, of different numbers: 100 is the latest of 9, 20 and 100.
    """
    voice = root / "voices" / name
    params = acoustic_params(variant)
    shapes = acoustic_shapes(params, table_rows(variant))
    generator = generator_params(variant)
    for steps in (9, 20, 100):
        write_checkpoint(voice / "am" / "ckpt" / f"checkpoint_{steps}.pth", acoustic_state(shapes, seed + steps), steps)
    for steps in (9, 20, 100):
        model = {
            "generator": generator_state(generator_shapes(generator), seed + steps),
            "discriminator": {"MultiPeriodDiscriminator": {"conv_post.weight": torch.zeros(1, 2)}},
        }
        write_checkpoint(voice / "voc" / "ckpt" / f"checkpoint_{steps}.pth", model, steps)
    (voice / "am" / "ckpt" / "checkpoint-200.pth").write_bytes(b"what an interrupted training leaves")
    if variant.nsf == "mean_std":
        np.save(voice / "am" / "mvn.npy", np.array([[F0["mean"]], [F0["std"]]]))
    if variant.vector_speakers:
        vector = np.random.default_rng(seed).standard_normal((1, params["speaker_units"]))
        np.save(voice / "am" / "se.npy", vector.astype(np.float32))
    _write_configs(root, voice, variant, params, generator)
    return root


def _write_configs(
    root: Path, voice: Path, variant: Variant, params: dict[str, Any], generator: dict[str, Any]
) -> None:
    streams = "byte_index" if variant.reads_bytes else "sy,tone,syllable_flag,word_segment"
    linguistic = {
        "cleaners": "english_cleaners",
        "lfeat_type_list": f"{streams},emo_category,speaker_category",
        "speaker_list": ",".join(variant.speakers),
    }
    acoustic = {
        "model_type": "sambert", "Model": {"KanTtsSAMBERT": {"params": params, "optimizer": {"type": "Adam"}}},
        "linguistic_unit": linguistic, "audio_config": audio_config(variant), "create_time": "2022-11-22",
    }  # fmt: skip
    vocoder = {
        "model_type": "hifigan", "Model": {"Generator": {"params": generator}},
        "audio_config": audio_config(variant), "git_revision_hash": "975e8c5",
    }  # fmt: skip
    (voice / "am" / "config.yaml").write_text(yaml.safe_dump(acoustic), encoding="utf-8")
    (voice / "voc" / "config.yaml").write_text(yaml.safe_dump(vocoder), encoding="utf-8")
    (root / "voices" / "voices.json").write_text(json.dumps({"voices": [voice.name]}), encoding="utf-8")
    model = {
        "type": "sambert-hifigan",
        "sample_rate": variant.sample_rate,
        "am": {"linguistic_unit": {"has_mask": variant.has_mask}},
    }
    (root / "configuration.json").write_text(
        json.dumps({"framework": "pytorch", "task": "text-to-speech", "model": model}), encoding="utf-8"
    )
