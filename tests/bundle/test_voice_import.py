"""KAN-TTS voices become bundles that speak."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from kantts_voices import F0, VARIANTS, Variant, write_voice
from langsong.bundle.checkpoints import locate_voices, read_voice
from langsong.bundle.install import InstallReport, install
from langsong.bundle.manifest import NsfF0
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError, UnitError

Imported = Callable[[str], InstallReport]
Speaker = Callable[..., Synthesizer]

TEXT = "你好，世界。今天天气不错。"
every_variant = pytest.mark.parametrize("variant", VARIANTS)


def checkpoint(folder: Path, steps: int) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(folder / "ckpt" / f"checkpoint_{steps}.pth")["model"]
    return state


@every_variant
def test_the_report_and_the_manifest(imported: Imported, variant: str) -> None:
    report, made = imported(variant), VARIANTS[variant]
    dropped = {
        "text_encoder.ling_enc.position_enc.position_enc",
        "variance_adaptor.dur_position_encoder.inv_timescales",
    }
    if made.alignment:
        dropped |= {
            "align_attention.attn_proj.weight",
            "align_attention.key_proj.0.conv.weight",
            "align_attention.key_proj.0.conv.bias",
        }
    assert set(report.dropped) == dropped
    graphs = {"encoder", "prosody", "duration", "memory", "decoder", "postnet", "vocoder"}
    if made.hesitates:
        graphs |= {"filled_pause"}
    assert report.differences.keys() == graphs
    assert max(report.differences.values()) < 1e-4
    manifest = report.voice.manifest
    assert manifest.name == variant.replace("_", "-")
    assert manifest.audio.sample_rate == made.sample_rate
    assert manifest.audio.hop_length == int(np.prod(made.scales))
    assert manifest.units.has_mask == made.has_mask
    rows = (256 if made.reads_bytes else 144) + 2 + made.has_mask
    assert manifest.acoustic.vocabulary[0] == rows
    assert manifest.units.kind == ("bytes" if made.reads_bytes else "symbols")
    assert manifest.acoustic.feedback == "previous_frame"
    assert manifest.vocoder.causal == made.causal
    assert manifest.speaker_vectors == made.vector_speakers
    assert manifest.defaults.emotion == "neutral"
    assert {p.name for p in report.voice.folder.iterdir()} == {
        "voice.json", "weights.safetensors", *(f"{g}.onnx" for g in graphs),
    }  # fmt: skip


@every_variant
def test_the_bundle_opens_again_whole(imported: Imported, variant: str) -> None:
    report = imported(variant)
    voice = Voice.open(report.voice.folder)
    assert voice.manifest == report.voice.manifest
    voice.check_files()


def test_its_graphs_agree_with_torch_where_it_lies(imported: Imported) -> None:
    report = imported("nsf")
    assert compare_graphs(Voice.open(report.voice.folder)) == report.differences


@every_variant
def test_both_runtimes_speak_alike(speaker: Speaker, variant: str) -> None:
    ours, torchs = (speaker(variant, runtime=runtime).say(TEXT) for runtime in ("openvino", "torch"))
    assert ours.sample_rate == torchs.sample_rate == VARIANTS[variant].sample_rate
    assert ours.duration_s > 0.5
    assert ours.words == torchs.words
    assert np.abs(ours.samples).max() > 0.05
    np.testing.assert_allclose(ours.samples, torchs.samples, atol=1e-3, rtol=0)


def test_the_highest_checkpoint_counts_by_number(imported: Imported, kantts_voice: Callable[[str], Path]) -> None:
    folder = kantts_voice("base") / "voices" / "xiaoyu"
    voice = imported("base").voice
    ours = voice.tensor("acoustic.emotion_embed.weight")
    states = {n: checkpoint(folder / "am", n)["emo_tokenizer.weight"].numpy() for n in (9, 20, 100)}
    assert [n for n, state in states.items() if np.array_equal(ours, state)] == [100]
    latest = checkpoint(folder / "voc", 100)["generator"]
    v, g = latest["conv_pre.conv1d.weight_v"], latest["conv_pre.conv1d.weight_g"]
    folded = g * v / v.square().sum(dim=(1, 2), keepdim=True).sqrt()
    np.testing.assert_allclose(voice.tensor("vocoder.pre.weight"), folded.numpy(), rtol=1e-5)


@pytest.mark.parametrize(
    ("variant", "f0"),
    [("base", None), ("nsf", NsfF0(mean=F0["mean"], std=F0["std"])), ("se", NsfF0(mean=30, std=700))],
)
def test_how_the_f0_channel_becomes_hertz(imported: Imported, variant: str, f0: NsfF0 | None) -> None:
    manifest = imported(variant).voice.manifest
    assert manifest.nsf == f0
    assert (manifest.pitch is None) == (f0 is None)


def test_speakers_are_those_of_the_config_or_the_vector(imported: Imported, speaker: Speaker) -> None:
    manifest = imported("base").voice.manifest
    assert [s.id for s in manifest.speakers] == list(manifest.units.speakers) == ["F7", "M7"]
    synthesizer = speaker("base")
    assert not np.array_equal(
        synthesizer.say("你好", speaker="F7").samples, synthesizer.say("你好", speaker="M7").samples
    )
    vectors = imported("se").voice.manifest
    assert [s.id for s in vectors.speakers] == ["se"]
    assert vectors.units.speakers == ()
    assert vectors.acoustic.speakers == 0


def test_a_se_voice_speaks_by_its_vector(imported: Imported, kantts_voice: Callable[[str], Path]) -> None:
    vector = np.load(kantts_voice("se") / "voices" / "xiaoyu" / "am" / "se.npy")
    np.testing.assert_array_equal(imported("se").voice.tensor("speaker_vectors"), vector)


def test_pitch_can_only_be_changed_where_its_scale_is_known(speaker: Speaker) -> None:
    with pytest.raises(OptionError, match="leave pitch at 0"):
        speaker("base").say("你好", pitch=2)
    plain, raised = (speaker("nsf").say("你好", pitch=p).samples for p in (0, 2))
    assert plain.shape == raised.shape
    assert not np.array_equal(plain, raised)


def test_half_precision_from_a_zip_halves_the_weights_and_still_agrees(
    kantts_voice: Callable[[str], Path], imported: Imported, tmp_path: Path
) -> None:
    root, archive = kantts_voice("nsf"), tmp_path / "model.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in root.rglob("*"):
            packed.write(path, path.relative_to(root.parent))
    report = install(archive, precision="float16", output=tmp_path / "half")
    whole = imported("nsf").voice
    assert report.voice.weights_path.stat().st_size < 0.6 * whole.weights_path.stat().st_size
    for name in ("acoustic.encoder.proj.weight", "vocoder.pre.weight"):
        np.testing.assert_array_equal(
            report.voice.tensor(name), whole.tensor(name).astype(np.float16).astype(np.float32)
        )
    ours, torchs = (
        Synthesizer.open(report.voice, runtime=runtime, precision="f32", threads=1).say("你好。").samples
        for runtime in ("openvino", "torch")
    )
    np.testing.assert_allclose(ours, torchs, atol=1e-3, rtol=0)
    assert np.abs(ours).max() > 0.05


def test_a_model_with_several_voices(kantts_voice: Callable[[str], Path], tmp_path: Path) -> None:
    root = tmp_path / "model"
    shutil.copytree(kantts_voice("base"), root)
    write_voice(root, Variant(speakers=("FBYN", "FRXL")), name="second", seed=8)
    index = root / "voices" / "voices.json"
    index.write_text(json.dumps({"voices": ["xiaoyu", "second"]}), encoding="utf-8")
    assert list(locate_voices(root)) == ["xiaoyu", "second"]
    assert read_voice(root).name == "xiaoyu"
    second = read_voice(root, "second")
    assert second.name == "second"
    assert second.acoustic.config["linguistic_unit"]["speaker_list"] == "FBYN,FRXL"
    assert second.acoustic.folder == root / "voices" / "second" / "am"


def test_a_voice_folder_and_a_base_model_are_read_like_a_whole_model(
    kantts_voice: Callable[[str], Path], tmp_path: Path
) -> None:
    """``voices/<name>`` by itself, and the layout of the base models for fine-tuning (specification 5.1)."""
    whole = read_voice(kantts_voice("base"))
    assert (whole.sample_rate, whole.has_mask) == (16000, True)
    voice = kantts_voice("base") / "voices" / "xiaoyu"
    base = tmp_path / "basemodel_16k"
    shutil.copytree(voice / "am", base / "sambert")
    shutil.copytree(voice / "voc", base / "hifigan")
    for source, name in ((voice, "xiaoyu"), (base, "basemodel_16k"), (tmp_path, "basemodel_16k")):
        files = read_voice(source)
        assert (files.name, files.sample_rate) == (name, None)
        for part, expected in ((files.acoustic, whole.acoustic), (files.vocoder, whole.vocoder)):
            assert part is not None
            assert expected is not None
            assert part.config == expected.config
            assert part.state.keys() == expected.state.keys()
            assert all(torch.equal(tensor, expected.state[key]) for key, tensor in part.state.items())


def test_a_card_and_another_vocoder_complete_a_voice(
    kantts_voice: Callable[[str], Path], imported: Imported, tmp_path: Path
) -> None:
    source, vocoder = tmp_path / "model", tmp_path / "vocoder"
    shutil.copytree(kantts_voice("base"), source)
    shutil.move(source / "voices" / "xiaoyu" / "voc", vocoder)
    card = tmp_path / "card.yaml"
    card.write_text(
        yaml.safe_dump(
            {
                "name": "yu", "title": "小雨", "licence": "Apache-2.0", "provenance": "a test",
                "speakers": [{"id": "M7", "name": "小七", "gender": "male"}], "default_speaker": "M7",
                "emotions": ["neutral", "sad"], "sentence_pause_s": 0.25, "sample_texts": ["你好。"],
                "conventions": {"erhua": "split"}, "pitch": {"scale": "log", "mean": 5.3, "std": 0.4},
            },
            allow_unicode=True,
        ),
        encoding="utf-8",
    )  # fmt: skip
    voice = install(source, card=card, vocoder=vocoder, output=tmp_path / "out").voice
    assert voice.manifest.weights.sha256 == imported("base").voice.manifest.weights.sha256
    manifest = voice.manifest
    assert (manifest.name, manifest.title, manifest.licence) == ("yu", "小雨", "Apache-2.0")
    assert manifest.conventions.erhua == "split"
    assert manifest.defaults.speaker == "M7"
    assert manifest.defaults.sentence_pause_s == 0.25
    synthesizer = Synthesizer.open(voice, precision="f32")
    with pytest.raises(OptionError, match=r"no emotion 'bored'"):
        synthesizer.say("你好", emotion="bored")
    with pytest.raises(OptionError, match=r"no speaker 'F7'; it has M7"):
        synthesizer.say("你好", speaker="F7")


def test_an_imported_voice_refuses_units_it_has_not(speaker: Speaker) -> None:
    units = "{t_c$tone1$s_begin$word_begin$emotion_neutral$F7} {zzz$tone1$s_end$word_end$emotion_neutral$F7}"
    from langsong.text.units import parse_units

    with pytest.raises(UnitError, match="unit 1 has the phone 'zzz'") as raised:
        list(speaker("base").stream_units([parse_units(units)]))
    assert raised.value.position == 1
