"""Folders, names, cards and archives that are no voice: one clear error, and nothing half-installed."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from damage import VOICE, refusal

from langsong.bundle.install import InstallReport
from langsong.errors import BundleError, LangsongError, OptionError

pytestmark = pytest.mark.usefixtures("nothing_left")

Imported = Callable[[str], InstallReport]


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
