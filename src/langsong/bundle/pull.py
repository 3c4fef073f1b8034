"""Voices from ModelScope, through the hub's own client, into the store."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from langsong.errors import BundleError, DownloadError, MissingExtra, TryLater, VoiceNotFound

from .install import InstallReport, install
from .pull_catalogue import PublishedVoice, resolve
from .store import cache_home, voices_home

if TYPE_CHECKING:
    from modelscope_hub import HubApi

# The closed text frontend's data, and what is only for listening and reading.
LEFT_OUT = ["resource.zip", "resource/*", "*.wav", "*.mp3", "*.png", "*.jpg", ".git*"]


def pull(
    name: str,
    *,
    install_as: str | None = None,
    mirror: str | None = None,
    revision: str | None = None,
    offline: bool = False,
    voice: str | None = None,
    card: Path | None = None,
    precision: str = "float32",
) -> InstallReport:
    """Download a published voice and install it.

    Args:
        name: alias or ``owner/name``, see `pull_catalogue.resolve`.
        install_as: name to install it under; None = the alias, or the voice's own.
        mirror: address of another hub; None = ``$MODELSCOPE_ENDPOINT``, or ModelScope.
        revision: branch, tag or commit; None = master.
        offline: use what an earlier pull downloaded, and no network.
        voice, card, precision: see `install.install`; without a card, the table's emotions and licence are used.

    Raises:
        VoiceNotFound: no such alias or model.
        DownloadError: the hub cannot be reached, or what came is not what it promises. What is complete stays, and
            a second call goes on from there.
        TryLater: the hub has had too many requests.
        BundleError, CheckpointError, MissingExtra: as `install.install`.
    """
    published = resolve(name)
    target = install_as or (name if "/" not in name else None)
    if target and (voices_home() / target).exists():
        raise BundleError(f"{voices_home() / target} exists already: remove it first, or pull under another --name")
    folder = downloaded(published.model, revision) if offline else download(published.model, mirror, revision)
    if card is not None:
        return install(folder, name=target, voice=voice, card=card, precision=precision)
    with tempfile.TemporaryDirectory(prefix="langsong-") as work:
        written = Path(work) / "card.yaml"
        written.write_text(json.dumps(_card(published), ensure_ascii=False), encoding="utf-8")  # JSON is YAML
        return install(folder, name=target, voice=voice, card=written, precision=precision)


def download(model: str, mirror: str | None = None, revision: str | None = None) -> Path:
    """Download a model into the cache, resuming what is half there, and check every file's sha256.

    Raises:
        VoiceNotFound, DownloadError, TryLater, MissingExtra: see `pull`.
    """
    try:
        from modelscope_hub import HubApi
        from modelscope_hub.errors import HubError
    except ImportError:
        raise MissingExtra("modelscope", "pulling a voice") from None
    folder = _folder(model, revision)
    try:
        hub = HubApi(endpoint=mirror)
        files = _listing(hub, model, revision)
        _receipt(folder).unlink(missing_ok=True)
        hub.download_repo(
            model,
            "model",
            revision=revision,
            local_dir=folder,
            file_list=files,
            ignore_patterns=LEFT_OUT,
            max_workers=2,
        )
    except (HubError, OSError, ValueError) as error:
        raise _explained(error, model) from None
    present = {file["Path"]: file["Sha256"] for file in files if (folder / file["Path"]).is_file()}
    _receipt(folder).write_text(json.dumps(present, indent=1), encoding="utf-8")
    return folder


def downloaded(model: str, revision: str | None = None) -> Path:
    """The folder of a model that was downloaded completely, its files checked once more.

    Raises:
        DownloadError: it was not, or a file has changed since.
    """
    folder = _folder(model, revision)
    if not _receipt(folder).is_file():
        raise DownloadError(f"{model} has not been downloaded completely: pull it once without --offline")
    for path, sha256 in json.loads(_receipt(folder).read_text(encoding="utf-8")).items():
        if not (folder / path).is_file() or _sha256(folder / path) != sha256:
            raise DownloadError(f"{folder / path} is not as it was downloaded: pull it again without --offline")
    return folder


def _listing(hub: HubApi, model: str, revision: str | None) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = []
    for file in hub.list_repo_files(model, "model", revision=revision):
        if file.is_dir:
            continue
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or "\\" in file.path or ":" in file.path:
            raise DownloadError(f"{model} lists a file that would land outside its folder: {file.path!r}: refused")
        if not file.sha256:
            raise DownloadError(f"{model} states no sha256 for {file.path}: refused")
        files.append({"Path": file.path, "Size": file.size, "Sha256": file.sha256})
    if not any(file["Path"].endswith(".pth") for file in files):
        raise DownloadError(f"{model} has no checkpoints: it is no KAN-TTS voice")
    return files


def _explained(error: Exception, model: str) -> Exception:
    """Our error for the client's; where several files failed, for the first."""
    from modelscope_hub.errors import (
        FileDownloadError,
        FileIntegrityError,
        NetworkError,
        NotExistError,
        RateLimitError,
        ServerError,
    )

    place = model
    if isinstance(error, FileDownloadError) and error.failed_files:
        place, cause = next(iter(error.failed_files.items()))
        error = cause if isinstance(cause, Exception) else error
    if isinstance(error, RateLimitError):
        wait_s = float(error.retry_after or 60)
        return TryLater(f"the hub has had too many requests; try again in {wait_s:.0f} s", wait_s)
    if isinstance(error, NotExistError):
        if place == model:
            return VoiceNotFound(f"the hub has no model {model!r}; another hub may: --mirror URL")
        return DownloadError(f"the hub lists {place} of {model} but does not have it")
    if isinstance(error, FileIntegrityError):
        return DownloadError(f"{place} of {model} is not what the hub promises (size or sha256); try another --mirror")
    if isinstance(error, (NetworkError, ServerError)):
        return DownloadError(f"the connection to the hub failed at {place}; the same command goes on from there")
    return DownloadError(
        f"cannot download {place}: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    )


def _card(published: PublishedVoice) -> dict[str, Any]:
    card: dict[str, Any] = {"licence": published.licence, "provenance": f"ModelScope: {published.model}"}
    if published.title:
        card["title"] = published.title
    if published.emotions:
        card["emotions"] = list(published.emotions)
    return card


def _folder(model: str, revision: str | None) -> Path:
    return cache_home() / "modelscope" / model.replace("/", "--") / (revision or "master").replace("/", "--")


def _receipt(folder: Path) -> Path:
    """What was downloaded completely, with its sha256; beside the folder."""
    return folder.with_name(f"{folder.name}.json")


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
