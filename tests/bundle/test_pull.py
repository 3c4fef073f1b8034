"""Voices from a hub on this machine, through ModelScope's real client."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from langsong.bundle import pull_catalogue
from langsong.bundle.pull import download, downloaded, pull
from langsong.bundle.store import find_voice, installed_voices
from langsong.errors import BundleError, DownloadError, LangsongError, OptionError, TryLater, VoiceNotFound
from local_hub import LocalHub

pytest.importorskip("modelscope_hub")

ZHIBEI = "damo/speech_sambert-hifigan_tts_zhibei_emo_zh-cn_16k"
AM = "voices/zhibei_emo/am/ckpt/checkpoint_100.pth"
VOC = "voices/zhibei_emo/voc/ckpt/checkpoint_100.pth"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as ModelScope has it: one voice, and what is not needed."""
    from kantts_voices import VARIANTS, write_voice

    root = write_voice(tmp_path_factory.mktemp("published") / "model", VARIANTS["base"], name="zhibei_emo")
    for steps in (9, 20):
        for side in ("am", "voc"):
            (root / "voices" / "zhibei_emo" / side / "ckpt" / f"checkpoint_{steps}.pth").unlink()
    (root / "resource.zip").write_bytes(b"closed" * 1000)
    (root / "README.md").write_text("# 知贝\n", encoding="utf-8")
    return root


@pytest.fixture
def hub(published: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "modelscope"))
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "modelscope-cache"))
    monkeypatch.setenv("MODELSCOPE_DOWNLOAD_INTRA_CLOUD", "false")
    monkeypatch.setattr("modelscope_hub._download.DOWNLOAD_INTEGRITY_RETRY_BACKOFF", 0.01)
    monkeypatch.setattr("urllib3.util.retry.Retry.get_backoff_time", lambda self: 0.01)
    monkeypatch.setattr("modelscope_hub._legacy_api.REPO_TREE_PAGE_MAX_ATTEMPTS", 3)
    folder = tmp_path / "served"
    shutil.copytree(published, folder)
    serving = LocalHub(ZHIBEI, folder)
    yield serving
    serving.close()


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_a_voice_is_pulled_and_installed(hub: LocalHub, one_torch_thread: None) -> None:
    report = pull("zhibei", mirror=hub.url)
    manifest = find_voice("zhibei").manifest
    assert report.voice.name == manifest.name == "zhibei"
    assert manifest.title == "知贝"
    assert manifest.audio.sample_rate == 16000
    assert "hate" in manifest.emotions
    assert ZHIBEI in manifest.provenance
    assert "resource.zip" not in {path for path, _ in hub.requests}
    with pytest.raises(BundleError, match="exists already"):
        pull("zhibei", mirror=hub.url)


def test_offline_after_a_pull_asks_nobody(hub: LocalHub) -> None:
    folder = download(ZHIBEI, hub.url)
    hub.close()
    assert downloaded(ZHIBEI) == folder


def test_a_broken_download_goes_on_where_it_broke(hub: LocalHub) -> None:
    hub.wrong.cuts[AM] = 2
    folder = download(ZHIBEI, hub.url)
    assert (folder / AM).read_bytes() == (hub.folder / AM).read_bytes()
    size = (hub.folder / AM).stat().st_size
    half = size // 2
    ranges = [wanted for path, wanted in hub.requests if path == AM]
    assert ranges == [None, f"bytes={half}-", f"bytes={half + (size - half) // 2}-"]


def test_a_second_run_goes_on_where_the_first_gave_up(hub: LocalHub) -> None:
    hub.wrong.cuts[VOC] = 6  # the client tries six times
    with pytest.raises(DownloadError, match="the same command goes on from there"):
        download(ZHIBEI, hub.url)
    with pytest.raises(DownloadError, match="not been downloaded completely"):
        downloaded(ZHIBEI)
    hub.requests.clear()
    folder = download(ZHIBEI, hub.url)
    assert [path for path, _ in hub.requests] == [VOC]
    assert hub.requests[0][1] not in (None, "bytes=0-")
    assert downloaded(ZHIBEI) == folder
    assert files(folder) == files(hub.folder) - {"resource.zip"}


def test_a_half_finished_file_of_an_earlier_run_is_finished(hub: LocalHub) -> None:
    folder = download(ZHIBEI, hub.url)
    whole = (folder / AM).read_bytes()
    (folder / AM).unlink()
    (folder / f"{AM}.incomplete").write_bytes(whole[:1000])
    hub.requests.clear()
    download(ZHIBEI, hub.url)
    assert hub.requests == [(AM, "bytes=1000-")]
    assert (folder / AM).read_bytes() == whole


def test_a_file_that_was_cut_short_on_disk_is_fetched_again(hub: LocalHub) -> None:
    folder = download(ZHIBEI, hub.url)
    whole = (folder / AM).read_bytes()
    (folder / AM).write_bytes(whole[:-1])
    with pytest.raises(DownloadError, match="not as it was downloaded"):
        downloaded(ZHIBEI)
    download(ZHIBEI, hub.url)
    assert (folder / AM).read_bytes() == whole


def test_other_bytes_once_are_fetched_again(hub: LocalHub) -> None:
    hub.wrong.corrupt[AM] = 1
    folder = download(ZHIBEI, hub.url)
    assert (folder / AM).read_bytes() == (hub.folder / AM).read_bytes()


def test_other_bytes_always_are_refused(hub: LocalHub) -> None:
    hub.wrong.corrupt[AM] = 100
    with pytest.raises(DownloadError, match=r"checkpoint_100.pth .* not what the hub promises \(size or sha256\)"):
        pull("zhibei", mirror=hub.url)
    assert not any(voice.name == "zhibei" for voice in installed_voices())
    assert not list(hub.folder.parent.glob(f"home/**/{AM}"))


def test_a_listed_file_that_is_not_there(hub: LocalHub) -> None:
    hub.wrong.missing.add(VOC)
    with pytest.raises(DownloadError, match=f"lists {VOC}"):
        download(ZHIBEI, hub.url)


def test_a_model_that_is_not_there(hub: LocalHub) -> None:
    with pytest.raises(VoiceNotFound, match="the hub has no model"):
        pull("zhiyan", mirror=hub.url)


def test_a_busy_hub_is_waited_for(hub: LocalHub) -> None:
    hub.wrong.busy = 2
    hub.wrong.retry_after = "0"
    assert files(download(ZHIBEI, hub.url)) == files(hub.folder) - {"resource.zip"}


def test_a_hub_that_stays_busy(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.wrong.busy = 1000
    hub.wrong.retry_after = "7"
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("modelscope_hub._download_control._DownloadControl.sleep", lambda self, seconds: None)
    with pytest.raises(TryLater, match="try again in 7 s") as caught:
        download(ZHIBEI, hub.url)
    assert caught.value.retry_after_s == 7


def test_no_hub_at_all(hub: LocalHub) -> None:
    url = hub.url
    hub.close()
    with pytest.raises(DownloadError, match="the connection to the hub failed"):
        download(ZHIBEI, url)


def test_offline_without_an_earlier_pull(home: Path) -> None:
    with pytest.raises(DownloadError, match="without --offline"):
        pull("zhibei", offline=True)


@pytest.mark.parametrize("path", ["../outside.pth", "/etc/outside.pth", "..\\outside.pth", "C:outside.pth"])
def test_files_that_would_land_elsewhere(hub: LocalHub, path: str) -> None:
    hub.wrong.extra = [path]
    with pytest.raises(DownloadError, match="outside its folder"):
        download(ZHIBEI, hub.url)
    assert hub.requests == []


def test_files_without_a_sha256(hub: LocalHub) -> None:
    hub.wrong.no_sha256 = True
    with pytest.raises(DownloadError, match="states no sha256"):
        download(ZHIBEI, hub.url)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("zhitian", "damo/speech_sambert-hifigan_tts_zhitian_emo_zh-cn_16k"),
        ("zhizhe_emo", "damo/speech_sambert-hifigan_tts_zhizhe_emo_zh-cn_16k"),
        ("multi-16k", "damo/speech_sambert-hifigan_tts_zh-cn_16k"),
        ("pretrain-24k", "speech_tts/speech_sambert-hifigan_tts_zh-cn_multisp_pretrain_24k"),
        ("somebody/some-voice", "somebody/some-voice"),
        (ZHIBEI, ZHIBEI),
    ],
)
def test_names(name: str, model: str, home: Path) -> None:
    assert pull_catalogue.resolve(name).model == model


def test_own_aliases_come_first(home: Path) -> None:
    home.mkdir()
    (home / "aliases.json").write_text('{"zhimei": "me/zhimei", "zhibei": "me/zhibei"}')
    assert pull_catalogue.resolve("zhimei").model == "me/zhimei"
    assert pull_catalogue.resolve("zhibei").model == "me/zhibei"


@pytest.mark.parametrize(
    ("aliases", "name", "error"),
    [
        (None, "zhimei", VoiceNotFound),
        (None, "../..", VoiceNotFound),
        (None, "a/b/c", VoiceNotFound),
        ("{", "zhibei", OptionError),
        ('{"zhimei": 3}', "zhimei", OptionError),
        ('["zhimei"]', "zhimei", OptionError),
    ],
)
def test_names_that_are_none(aliases: str | None, name: str, error: type[LangsongError], home: Path) -> None:
    if aliases is not None:
        home.mkdir()
        (home / "aliases.json").write_text(aliases)
    with pytest.raises(error):
        pull_catalogue.resolve(name)


def test_the_command(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from langsong.cli.app import main

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["langsong", "voices", "pull", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    status, shown, _ = run()
    assert status == 0
    assert all(alias in shown for alias in pull_catalogue.PUBLISHED)
    status, _, said = run("zhimei")
    assert status == 2
    assert said.startswith("langsong: no published voice 'zhimei'")
    assert said.count("\n") == 1
