"""Damaged and unfit bundles: one clear error, and nothing half-installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from damage import AM_CHECKPOINT, refusal

from kantts_voices import VARIANTS, write_voice
from langsong.bundle.install import InstallReport, install
from langsong.bundle.store import find_voice
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice
from langsong.errors import BundleError, OptionError

pytestmark = pytest.mark.usefixtures("nothing_left")

Kantts = Callable[[str], Path]
Imported = Callable[[str], InstallReport]


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
