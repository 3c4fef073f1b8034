"""Where voices live, and how they come and go."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from langsong.bundle import store
from langsong.bundle.install import InstallReport, install
from langsong.errors import BundleError, VoiceError, VoiceNotFound

Imported = Callable[[str], InstallReport]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_embedded_voice_is_always_there(home: Path) -> None:
    assert [(v.name, v.embedded) for v in store.installed_voices()] == [("langsong", True)]
    assert store.find_voice().name == store.find_voice("langsong").name == store.DEFAULT_VOICE
    assert not home.exists(), "looking makes nothing"


def test_langsong_home_is_honoured(imported: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = imported("base").voice.folder
    for name in ("one", "two"):
        monkeypatch.setenv("LANGSONG_HOME", str(tmp_path / name))
        install(source, name=name)
        assert store.voices_home() == tmp_path / name / "voices"
        assert store.cache_home() == tmp_path / name / "cache"
        assert [v.name for v in store.installed_voices()] == ["langsong", name]
    monkeypatch.setenv("LANGSONG_HOME", "~/voices-of-mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store.home() == tmp_path / "voices-of-mine"
    monkeypatch.delenv("LANGSONG_HOME")

    assert store.home().is_absolute()
    assert store.cache_home().is_absolute()


@pytest.mark.parametrize("kind", ["folder", "zip with a folder", "zip of the files"])
def test_a_bundle_installs_the_same_however_it_comes(imported: Imported, tmp_path: Path, home: Path, kind: str) -> None:
    folder = imported("nsf").voice.folder
    source = folder
    if kind != "folder":
        source = tmp_path / "nsf.zip"
        base = folder.parent if kind == "zip with a folder" else folder
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in folder.iterdir():
                packed.write(path, path.relative_to(base))
    report = install(source)
    assert report.voice.folder == home / "voices" / "nsf"
    assert contents(report.voice.folder) == contents(folder)
    assert [p.name for p in (home / "voices").iterdir()] == ["nsf"]
    assert (report.tensors, report.dropped, report.differences) == ({}, [], {})


def test_only_the_files_that_the_manifest_names_are_installed(imported: Imported, tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(imported("base").voice.folder, folder)
    (folder / "notes.txt").write_text("mine")
    (folder / "sub").mkdir()
    assert contents(install(folder).voice.folder) == contents(imported("base").voice.folder)


def test_an_installed_voice_hides_an_embedded_one(imported: Imported, home: Path) -> None:
    install(imported("base").voice.folder, name="langsong")
    (voice,) = store.installed_voices()
    assert (voice.name, voice.embedded) == ("langsong", False)
    assert store.find_voice().folder == home / "voices" / "langsong"
    assert store.remove_voice("langsong") == home / "voices" / "langsong"
    assert store.find_voice().folder == store.EMBEDDED / "langsong"


def test_voices_are_found_by_name_or_by_folder(imported: Imported, home: Path) -> None:
    folder = imported("base").voice.folder
    install(folder, name="other")
    assert store.find_voice("other").folder == home / "voices" / "other"
    assert store.find_voice(folder).folder == store.find_voice(str(folder)).folder == folder


def test_a_plain_name_means_the_voice_even_where_a_folder_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a checkout of langsong itself."""
    (tmp_path / "langsong").mkdir()
    monkeypatch.chdir(tmp_path)
    assert store.find_voice("langsong").folder == store.EMBEDDED / "langsong"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("langsnog", "did you mean 'langsong'?"),
        ("othr", "did you mean 'other'?"),
        ("zzzzzz", "there are langsong, other"),
        ("v" * 300, "there are langsong, other"),
        ("a\0b", "there are langsong, other"),
    ],
    ids=["close", "close to an installed one", "far", "long", "with a NUL"],
)
def test_an_unknown_name_gets_a_hint(imported: Imported, home: Path, name: str, hint: str) -> None:
    install(imported("base").voice.folder, name="other")
    with pytest.raises(VoiceNotFound) as raised:
        store.find_voice(name)
    assert hint in str(raised.value)
    assert "langsong voices list" in str(raised.value)


def test_removing(imported: Imported, home: Path) -> None:
    install(imported("base").voice.folder, name="other")
    store.remove_voice("other")
    assert list((home / "voices").iterdir()) == []
    with pytest.raises(VoiceNotFound, match="no voice 'other' is installed"):
        store.remove_voice("other")
    with pytest.raises(VoiceError, match="comes with langsong and cannot be removed"):
        store.remove_voice("langsong")
    assert store.find_voice("langsong").folder.is_dir()
    for name in ("..", "../voices", "", ".", str(home)):
        with pytest.raises(VoiceNotFound):
            store.remove_voice(name)
    assert home.is_dir()


def test_a_broken_voice_is_listed_and_can_be_removed(imported: Imported, home: Path) -> None:
    folder = install(imported("base").voice.folder, name="broken").voice.folder
    (folder / "voice.json").write_text("{", encoding="utf-8")
    assert [v.name for v in store.installed_voices()] == ["broken", "langsong"]
    with pytest.raises(BundleError, match=r"voice\.json"):
        store.find_voice("broken")
    store.remove_voice("broken")
    assert not folder.exists()


def test_work_in_progress_is_no_voice(imported: Imported, home: Path) -> None:
    folder = install(imported("base").voice.folder).voice.folder
    shutil.copytree(folder, folder.with_name(".base-abc"))
    (folder.parent / "stray.txt").write_text("")
    assert [v.name for v in store.installed_voices()] == ["base", "langsong"]


def test_a_bundle_can_be_written_to_any_folder(imported: Imported, tmp_path: Path, home: Path) -> None:
    target = tmp_path / "deep" / "folder"
    report = install(imported("base").voice.folder, output=target)
    assert report.voice.folder == target
    assert contents(target) == contents(imported("base").voice.folder)
    assert not home.exists()
    with pytest.raises(BundleError, match="exists already"):
        install(imported("base").voice.folder, output=target)


def test_the_embedded_voice_is_intact() -> None:
    voice = store.find_voice()
    voice.check_files()
    assert sum(p.stat().st_size for p in voice.folder.iterdir()) <= 60 << 20
    assert {p.name for p in voice.folder.iterdir()} == {"voice.json", *voice.files}
