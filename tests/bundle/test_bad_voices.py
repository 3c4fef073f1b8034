"""Damaged, unfit and hostile voices: one clear error, and nothing half-installed."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kantts_voices import VARIANTS, write_voice
from langsong.bundle.checkpoints import load_state
from langsong.bundle.install import InstallReport, install
from langsong.bundle.store import find_voice
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice
from langsong.errors import BundleError, CheckpointError, LangsongError, OptionError

Kantts = Callable[[str], Path]
Imported = Callable[[str], InstallReport]
Damage = Callable[[Path], None]

VOICE = Path("voices") / "xiaoyu"
AM_CHECKPOINT = VOICE / "am" / "ckpt" / "checkpoint_100.pth"
VOC_CHECKPOINT = VOICE / "voc" / "ckpt" / "checkpoint_100.pth"


@pytest.fixture(autouse=True)
def _nothing_left(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After every test here: no voice, no hidden work folder, no unpacked archive."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    assert not home.exists() or [p.name for p in home.rglob("*") if p != home / "voices"] == []
    assert [p.name for p in temporary.iterdir() if p.name.startswith("langsong")] == []


@pytest.fixture
def source(kantts_voice: Kantts, tmp_path: Path) -> Path:
    """A good voice, to be damaged."""
    folder = tmp_path / "model"
    shutil.copytree(kantts_voice("base"), folder)
    return folder


def refusal(source: Path, kind: type[LangsongError] = CheckpointError, **options: Any) -> str:
    """The one line that an import of `source` ends with."""
    with pytest.raises(kind) as raised:
        install(source, **options)
    message = str(raised.value)
    assert message
    assert "\n" not in message
    return message


def edit_checkpoint(path: Path, edit: Callable[[Any], Any]) -> None:
    content = torch.load(path)
    content["model"] = edit(content["model"])
    torch.save(content, path)


def edit_yaml(path: Path, edit: Callable[[Any], None]) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


class Payload:
    """Unpickled, it makes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"echo ran > {self.trace}",)


# --- checkpoints


@pytest.mark.parametrize("path", [AM_CHECKPOINT, VOC_CHECKPOINT], ids=["am", "voc"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_checkpoint(source: Path, path: Path, share: float) -> None:
    data = (source / path).read_bytes()
    (source / path).write_bytes(data[: int(len(data) * share)])
    assert "checkpoint_100.pth is damaged" in refusal(source)


@given(st.data())
@settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_damage_to_a_checkpoint_gets_past(kantts_voice: Kantts, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray((kantts_voice("base") / AM_CHECKPOINT).read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for _ in range(data.draw(st.integers(1, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "checkpoint_1.pth"
    path.write_bytes(content)
    try:
        load_state(path)  # a flipped bit of a weight is a weight, too
    except CheckpointError as error:
        message = str(error)
    else:
        return
    assert "\n" not in message


@pytest.mark.parametrize("path", [AM_CHECKPOINT, VOC_CHECKPOINT], ids=["am", "voc"])
@pytest.mark.parametrize("protocol", [None, 2, 4], ids=["torch", "pickle 2", "pickle 4"])
def test_a_pickle_that_would_run_code_does_not(source: Path, tmp_path: Path, path: Path, protocol: int | None) -> None:
    trace = tmp_path / "trace"
    content = {"model": {"a": torch.zeros(1)}, "steps": Payload(trace)}
    if protocol is None:
        torch.save(content, source / path)
    else:
        (source / path).write_bytes(pickle.dumps({"steps": Payload(trace)}, protocol))
    assert "would run code" in refusal(source)
    assert not trace.exists()
    if protocol is None:  # the payload is live: who loads it without care runs it
        torch.load(source / path, weights_only=False)
        assert trace.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([1, 2], "holds a list"),
        ({"state": {}}, "does not hold a state dict"),
        ({"model": {}}, "does not hold a state dict"),
        ({"model": {"a": 1}}, "does not hold a state dict"),
        ({"model": torch.zeros(3)}, "does not hold a state dict"),
    ],
)
def test_a_file_of_something_else(source: Path, content: Any, complaint: str) -> None:
    torch.save(content, source / AM_CHECKPOINT)
    assert complaint in refusal(source)


def test_a_wrong_shape(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {**m, "emo_tokenizer.weight": torch.zeros(36, 9)})
    message = refusal(source)
    assert "emotion_embed.weight is (36, 9), its config asks for (36, 8)" in message


def test_a_missing_key(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {k: v for k, v in m.items() if k != "mel_postnet.fc.bias"})
    assert "missing 1 (postnet.out.bias)" in refusal(source)


def test_an_extra_key(source: Path) -> None:
    edit_checkpoint(source / AM_CHECKPOINT, lambda m: {**m, "surprise": torch.zeros(1)})
    assert "unknown tensor 'surprise'" in refusal(source)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda g: {**g, "surprise": torch.zeros(1)}, "more than its config describes: surprise"),
        (lambda g: {k: v for k, v in g.items() if k != "conv_post.conv1d.bias"}, "lacks conv_post.conv1d.bias"),
        (lambda g: {**g, "conv_post.conv1d.bias": torch.zeros(2)}, "conv_post.conv1d.bias has the shape (2,)"),
        (lambda g: {**g, "conv_post.conv1d.bias": torch.full((1,), torch.nan)}, "not finite in conv_post"),
    ],
    ids=["extra", "missing", "shape", "nan"],
)
def test_a_generator_that_does_not_fit(source: Path, edit: Any, complaint: str) -> None:
    edit_checkpoint(source / VOC_CHECKPOINT, lambda m: {**m, "generator": edit(m["generator"])})
    assert complaint in refusal(source)


def test_numbers_that_are_not_finite(source: Path) -> None:
    def poison(model: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        model["emo_tokenizer.weight"][5] = torch.nan
        return model

    edit_checkpoint(source / AM_CHECKPOINT, poison)
    assert "emotion_embed" in refusal(source) or "emo_tokenizer" in refusal(source)


# --- arrays


@pytest.mark.parametrize(
    ("variant", "name", "content", "complaint"),
    [
        ("nsf", "mvn.npy", None, "mvn.npy is missing"),
        ("se", "se.npy", None, "se.npy is missing"),
        ("nsf", "mvn.npy", b"\x93NUMPY nonsense", "mvn.npy is damaged"),
        ("nsf", "mvn.npy", np.zeros((1, 2)), "mvn.npy has the shape (1, 2)"),
        ("nsf", "mvn.npy", np.array([[np.nan], [1.0]]), "mvn.npy"),
        ("nsf", "mvn.npy", np.array([["a"], ["b"]]), "mvn.npy"),
        ("se", "se.npy", np.zeros((2, 12), np.float32), "se.npy has the shape (2, 12)"),
        ("se", "se.npy", np.zeros((1, 13), np.float32), "se.npy has the shape (1, 13)"),
        ("se", "se.npy", np.array([[{}] * 12], dtype=object), "se.npy is damaged"),
    ],
    ids=[
        "no mvn", "no se", "damaged", "transposed", "nan", "text", "two speakers", "another width", "pickled",
    ],
)  # fmt: skip
def test_arrays_beside_the_checkpoint(
    kantts_voice: Kantts, tmp_path: Path, variant: str, name: str, content: Any, complaint: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(kantts_voice(variant), folder)
    path = folder / VOICE / "am" / name
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content, allow_pickle=True)
    assert complaint in refusal(folder)


# --- configurations


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['echo ran > {trace}']", "!!python/name:os.system", "!!python/tuple [1]"]
)
@pytest.mark.parametrize("part", ["am", "voc"])
def test_yaml_with_python_in_it(source: Path, tmp_path: Path, tag: str, part: str) -> None:
    trace = tmp_path / "trace"
    path = source / VOICE / part / "config.yaml"
    path.write_text(path.read_text() + f"\nevil: {tag.format(trace=trace)}\n", encoding="utf-8")
    assert "config.yaml is not valid YAML" in refusal(source)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [1", "is not valid YAML"),
        ("- 1\n- 2\n", "must hold a mapping"),
        ("", "must hold a mapping"),
        ("a: 1", "has no Model.KanTtsSAMBERT.params"),
        ("Model: {KanTtsSAMBERT: 3}", "has no Model.KanTtsSAMBERT.params"),
        ("[" * 5000, "is not valid YAML"),
        ("x: " + "a" * (1 << 20), "over 1 MiB"),
    ],
    ids=["syntax", "list", "empty", "no model", "model is a number", "deep", "huge"],
)
def test_a_configuration_that_is_none(source: Path, text: str, complaint: str) -> None:
    (source / VOICE / "am" / "config.yaml").write_text(text, encoding="utf-8")
    assert complaint in refusal(source)


def test_a_configuration_that_is_not_utf8(source: Path) -> None:
    (source / VOICE / "am" / "config.yaml").write_bytes("Model: 模型".encode("gbk"))
    assert "is not valid YAML" in refusal(source)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("num_mels", 11, ""),
        ("encoder_num_heads", 5, "not usable"),
        ("encoder_num_heads", 0, "not usable"),
        ("outputs_per_step", 0, "not usable"),
        ("decoder_num_units", -32, "not usable"),
        ("embedding_dim", 10**12, ""),
    ],
)
def test_hyperparameters_that_no_such_model_has(source: Path, key: str, value: int, complaint: str) -> None:
    path = source / VOICE / "am" / "config.yaml"
    edit_yaml(path, lambda c: c["Model"]["KanTtsSAMBERT"]["params"].update({key: value}))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("section", "values", "complaint"),
    [
        ("linguistic_unit", {"speaker_list": ""}, "no speaker_list"),
        ("linguistic_unit", {"speaker_list": "F7,F7"}, "F7"),
        ("linguistic_unit", {"speaker_list": "F7,M7,FBYN"}, "speaker_embed.weight"),
        ("linguistic_unit", {"language": "Klingon"}, "Klingon"),
        ("linguistic_unit", {"language": "Sichuan"}, "rows"),
    ],
)
def test_linguistic_units_that_do_not_fit(source: Path, section: str, values: Any, complaint: str) -> None:
    edit_yaml(source / VOICE / "am" / "config.yaml", lambda c: c[section].update(values))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [({"sampling_rate": None}, ""), ({"win_length": 4000}, "not usable"), ({"n_fft": "many"}, "not usable")],
)
def test_audio_settings_that_do_not_fit(source: Path, values: Any, complaint: str) -> None:
    (source / "configuration.json").unlink()
    edit_yaml(source / VOICE / "voc" / "config.yaml", lambda c: c["audio_config"].update(values))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("acoustic", "vocoder", "complaint"),
    [
        ("nsf", "base", "the acoustic model makes 12 channels, the vocoder takes 10"),
        ("base", "nsf", "mvn.npy is missing"),
        ("base", "causal_24k", "frame"),
    ],
)
def test_an_acoustic_model_and_a_vocoder_of_different_voices(
    kantts_voice: Kantts, tmp_path: Path, acoustic: str, vocoder: str, complaint: str
) -> None:
    """The last pair would speak a quarter too fast: 80 frames per second here, 100 there."""
    message = refusal(kantts_voice(acoustic), vocoder=kantts_voice(vocoder) / VOICE / "voc")
    assert complaint in message


def test_a_mask_row_that_the_configuration_denies(source: Path) -> None:
    path = source / "configuration.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["model"]["am"]["linguistic_unit"]["has_mask"] = False
    path.write_text(json.dumps(content), encoding="utf-8")
    assert "147 rows" in refusal(source)


@pytest.mark.parametrize("text", ["{", "[]", '{"model": []}', '{"model": {"sample_rate": "x"}}'])
def test_a_configuration_json_that_is_none(source: Path, text: str) -> None:
    (source / "configuration.json").write_text(text, encoding="utf-8")
    assert "configuration.json" in refusal(source)


@pytest.mark.parametrize("names", ["../x", "/etc", "a/b", "..", ".", "", "x\\..\\y", 3, None], ids=lambda n: repr(n))
def test_voices_json_that_points_elsewhere(source: Path, names: Any) -> None:
    index = source / "voices" / "voices.json"
    index.write_text(json.dumps({"voices": [names]}), encoding="utf-8")
    shutil.copytree(source / VOICE, source / "x")
    assert "voices.json" in refusal(source) or "no am/ckpt" in refusal(source)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"voices": []}', '{"voices": "xiaoyu"}', '{"voices": 7}'])
def test_a_voices_json_that_lists_none(source: Path, text: str) -> None:
    (source / "voices" / "voices.json").write_text(text, encoding="utf-8")
    assert "voices.json" in refusal(source)


# --- folders


def test_a_folder_that_is_no_voice(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "is no KAN-TTS voice" in refusal(empty)


def test_a_source_that_does_not_exist(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nowhere", BundleError)


@pytest.mark.parametrize("part", ["am", "voc"])
def test_a_part_without_a_checkpoint(source: Path, part: str) -> None:
    for path in (source / VOICE / part / "ckpt").glob("checkpoint_*"):
        path.unlink()
    assert "has no checkpoint_<steps>.pth" in refusal(source)


def test_a_part_without_a_configuration(source: Path) -> None:
    (source / VOICE / "am" / "config.yaml").unlink()
    assert "cannot read" in refusal(source)


def test_a_voice_that_the_model_has_not(source: Path) -> None:
    assert "has no voice 'nobody'; it has xiaoyu" in refusal(source, voice="nobody")


def test_a_voice_without_a_vocoder(source: Path) -> None:
    shutil.rmtree(source / VOICE / "voc")
    assert "--vocoder" in refusal(source)


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "名字", "a" * 65, "{tmp}/abs", "x y", "x\n"])
@pytest.mark.parametrize("kind", ["checkpoint", "bundle"])
def test_a_name_that_is_no_folder_of_its_own(
    source: Path, imported: Imported, home: Path, tmp_path: Path, name: str, kind: str
) -> None:
    folder = source if kind == "checkpoint" else imported("base").voice.folder
    message = refusal(folder, LangsongError, name=name.format(tmp=tmp_path))
    assert "name" in message
    assert not (home / "evil").exists()
    assert not (tmp_path / "abs").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nmae: x", "nmae"),
        ("name: ../x", "name"),
        ("feedback: sometimes", "feedback"),
        ("emotions: [joyful]", "emotion_joyful"),
        ("default_speaker: nobody", "nobody"),
        ("name: !!python/name:os.system", "YAML"),
    ],
)
def test_a_card_that_is_wrong(source: Path, tmp_path: Path, text: str, complaint: str) -> None:
    card = tmp_path / "card.yaml"
    card.write_text(text, encoding="utf-8")
    assert complaint in refusal(source, card=card)


def test_an_unknown_precision(source: Path) -> None:
    assert "there are float32, float16" in refusal(source, OptionError, precision="float8")


# --- archives


def pack(folder: Path, archive: Path, extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder.parent))
        for name, content in (extra or {}).items():
            packed.writestr(name, content)
    return archive


@pytest.mark.parametrize(
    "name", ["../evil.txt", "base/../../evil.txt", "/tmp/langsong-evil.txt", "..\\evil.txt", "C:\\evil.txt", "C:evil"]
)
def test_an_archive_that_would_write_elsewhere(imported: Imported, tmp_path: Path, name: str) -> None:
    archive = pack(imported("base").voice.folder, tmp_path / "voice.zip", {name: b"evil"})
    assert "land outside" in refusal(archive, BundleError)
    assert not list(tmp_path.rglob("*evil*"))
    assert not Path("/tmp/langsong-evil.txt").exists()


def test_an_archive_with_a_link_in_it(imported: Imported, tmp_path: Path) -> None:
    archive = pack(imported("base").voice.folder, tmp_path / "voice.zip")
    link = zipfile.ZipInfo("base/samples")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(link, "/etc")
    assert "has a link in it" in refusal(archive, BundleError)


@pytest.mark.parametrize("name", [".", "./", "//", "a/./b"])
def test_an_archive_with_odd_names_ends_in_words(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "voice.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(name, b"")
    assert refusal(archive, LangsongError)


@pytest.mark.parametrize("content", [b"", b"no zip file", b"PK\x03\x04 cut off"])
def test_no_archive_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "voice.zip"
    path.write_bytes(content)
    assert "is not a readable zip file" in refusal(path, BundleError)


def test_a_damaged_archive(tmp_path: Path) -> None:
    archive = tmp_path / "voice.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("voice/voice.json", json.dumps(list(range(5000))))
    good = archive.read_bytes()
    for cut in range(60, 4000, 400):
        for mask in (0x55, 0xFF):
            archive.write_bytes(good[:cut] + bytes(b ^ mask for b in good[cut : cut + 40]) + good[cut + 40 :])
            assert "is not a readable zip file" in refusal(archive, BundleError)


def test_an_archive_that_swells(tmp_path: Path) -> None:
    archive = tmp_path / "voice.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("voice.json", "weights.safetensors", "encoder.onnx"):
            packed.writestr(f"voice/{name}", b"{}")
    data = bytearray(archive.read_bytes())
    start = -1
    while (start := data.find(b"PK\x01\x02", start + 1)) >= 0:  # each entry claims 4 GiB
        data[start + 24 : start + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    archive.write_bytes(data)
    assert "would unpack to 11 GiB" in refusal(archive, BundleError)


# --- bundles


@pytest.fixture
def bundle(imported: Imported, tmp_path: Path) -> Path:
    """A good bundle, to be damaged."""
    folder = tmp_path / "bundle"
    shutil.copytree(imported("base").voice.folder, folder)
    return folder


def edit_manifest(folder: Path, edit: Callable[[Any], None]) -> None:
    path = folder / "voice.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda m: m.update(format_version=2), "bundle of format 2; this langsong reads format 1"),
        (lambda m: m.update(format_version=10), "bundle of format 10"),
        (lambda m: m.pop("format_version"), "format_version"),
        (lambda m: m.update(colour="red"), "colour"),
        (lambda m: m["audio"].update(colour="red"), "audio.colour"),
        (lambda m: m["units"].update(colour="red"), "units.colour"),
        (lambda m: m["acoustic"].pop("n_mels"), "acoustic.n_mels"),
        (lambda m: m.pop("weights"), "weights"),
        (lambda m: m["graphs"].pop("duration"), "must have exactly the graphs"),
        (lambda m: m["graphs"].update(extra=m["graphs"]["encoder"]), "must have exactly the graphs"),
        (lambda m: m["weights"].update(file="../weights.safetensors"), "weights.file"),
        (lambda m: m["weights"].update(file="/etc/passwd"), "weights.file"),
        (lambda m: m["graphs"]["encoder"].update(file="a/b.onnx"), "graphs.encoder.file"),
        (lambda m: m.update(name="../x"), "name"),
        (lambda m: m["defaults"].update(speaker="nobody"), "nobody"),
        (lambda m: m["defaults"].update(emotion="nothing"), "nothing"),
        (lambda m: m["defaults"].update(speed=0), "defaults.speed"),
        (lambda m: m["audio"].update(hop_length=100), "hop length"),
        (lambda m: m["audio"].update(sample_rate="fast"), "audio.sample_rate"),
        (lambda m: m["acoustic"].update(n_mels=11), "channels"),
        (lambda m: m["acoustic"].update(vocabulary=[10, 10, 8, 8]), "vocabulary"),
        (lambda m: m["acoustic"].update(emotions=7), "emotions"),
        (lambda m: m.update(nsf={"mean": 1, "std": 1}), "nsf"),
        (lambda m: m["units"]["phones"].append("a_c"), "twice"),
    ],
)
def test_a_manifest_that_is_wrong(bundle: Path, edit: Callable[[Any], None], complaint: str) -> None:
    edit_manifest(bundle, edit)
    message = refusal(bundle, BundleError)
    assert complaint in message
    assert str(bundle) in message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format_version": 1}', "\ufeff{}", "[" * 5000])
def test_a_manifest_that_is_none(bundle: Path, text: str) -> None:
    (bundle / "voice.json").write_text(text, encoding="utf-8")
    assert "voice.json" in refusal(bundle, BundleError)


def test_a_manifest_that_is_not_utf8(bundle: Path) -> None:
    (bundle / "voice.json").write_bytes(b"\xff\xfe{}")
    assert "voice.json" in refusal(bundle, BundleError)


@pytest.mark.parametrize("name", ["encoder.onnx", "vocoder.onnx", "weights.safetensors"])
def test_a_missing_file(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert f"lacks {name}" in refusal(bundle, BundleError)


@pytest.mark.parametrize("name", ["encoder.onnx", "vocoder.onnx", "weights.safetensors"])
def test_a_changed_byte(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    assert f"{name} is damaged (sha256 differs)" in refusal(bundle, BundleError)


def test_a_graph_that_does_not_compute_what_its_weights_say(bundle: Path) -> None:
    path = bundle / "prosody.onnx"
    model = onnx.load(path, load_external_data=False)
    pitch, energy = (onnx.ValueInfoProto.FromString(o.SerializeToString()) for o in model.graph.output[:2])
    model.graph.output[0].CopyFrom(energy)
    model.graph.output[1].CopyFrom(pitch)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match=r"prosody\.onnx differs from its weights by"):
        compare_graphs(Voice.open(bundle))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(BundleError, match=r"prosody\.onnx does not run") as raised:
        compare_graphs(Voice.open(bundle))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("option", ["card", "vocoder", "voice"])
def test_options_of_imports_are_not_for_bundles(bundle: Path, option: str) -> None:
    assert "this is a bundle" in refusal(bundle, OptionError, **{option: Path("x")})


def test_an_import_is_installed_and_failed_ones_leave_it_alone(tmp_path: Path, home: Path) -> None:
    """The one import here that succeeds: its voice is taken away at the end."""
    good = write_voice(tmp_path / "good", VARIANTS["base"])
    report = install(good)
    folder = report.voice.folder
    assert folder == home / "voices" / "xiaoyu"
    assert find_voice("xiaoyu").folder == folder
    private = [p.name for p in (folder, *folder.iterdir()) if p.stat().st_mode & 0o444 != 0o444]
    before = {p.name: p.read_bytes() for p in report.voice.folder.iterdir()}
    for source in (good, report.voice.folder):
        message = refusal(source, BundleError)
        assert "exists already" in message
        assert "--name" in message
    (good / AM_CHECKPOINT).write_bytes(b"")
    refusal(good, name="other")
    assert [p.name for p in (home / "voices").iterdir()] == ["xiaoyu"]
    assert {p.name: p.read_bytes() for p in report.voice.folder.iterdir()} == before
    shutil.rmtree(report.voice.folder)
    assert private == [], "other users may not read them"
