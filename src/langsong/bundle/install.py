"""Installing voices: bundles as they are, KAN-TTS voices after conversion, and zip files of either."""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from langsong.errors import BundleError, MissingExtra, OptionError

from .manifest import MANIFEST_FILE, VOICE_NAME_PATTERN
from .store import voices_home
from .voice import Voice

MAX_UNPACKED_BYTES = 8 << 30
PRECISIONS = ("float32", "float16")


@dataclass
class InstallReport:
    """What was installed, and what an import found out.

    Attributes:
        tensors: how many were read from each checkpoint (imports only).
        dropped: tensors left behind on purpose (imports only).
        differences: largest |torch - graph| of each stage (imports only).
    """

    voice: Voice
    tensors: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    differences: dict[str, float] = field(default_factory=dict)


def install(
    source: Path,
    *,
    name: str | None = None,
    voice: str | None = None,
    vocoder: Path | None = None,
    card: Path | None = None,
    precision: str = "float32",
    output: Path | None = None,
) -> InstallReport:
    """Install a voice under its name, or write its bundle to `output`.

    Args:
        source: a bundle, a ModelScope/KAN-TTS voice folder, or a zip file of one of them.
        name: to install it under; None = its own.
        voice, vocoder, card, precision: for KAN-TTS voices, see `convert_kantts.import_kantts`.

    Raises:
        BundleError, CheckpointError: the source is missing, damaged or unsafe, or the name is taken.
        MissingExtra: a KAN-TTS voice needs torch.
    """
    if precision not in PRECISIONS:
        raise OptionError(f"unknown precision {precision!r}; there are {', '.join(PRECISIONS)}")
    if name is not None and not re.fullmatch(VOICE_NAME_PATTERN, name):
        raise OptionError(f"{name!r} is no name for a voice: use letters, digits, '.', '_' and '-', at most 64")
    try:
        with ExitStack() as stack:
            if source.is_file():
                work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="langsong-")))
                source = unpack(source, work)
            if not source.is_dir():
                raise BundleError(f"{source} does not exist: name a voice folder or a .zip of one")
            if not (source / MANIFEST_FILE).is_file():
                return _install_kantts(source, name, voice, vocoder, card, precision, output)
            if card or vocoder or voice:
                raise OptionError("--card, --vocoder and --voice are for KAN-TTS voices; this is a bundle")
            return _install_bundle(Voice.open(source), name, output)
    except OSError as error:
        raise BundleError(f"cannot install {source}: {error.strerror} ({error.filename})") from None


def _install_kantts(
    source: Path,
    name: str | None,
    voice: str | None,
    vocoder: Path | None,
    card: Path | None,
    precision: str,
    output: Path | None,
) -> InstallReport:
    try:
        from .convert_kantts import import_kantts
    except ImportError:
        raise MissingExtra("torch", "importing a KAN-TTS voice") from None
    from .card import VoiceCard, read_card

    details = read_card(card) if card else VoiceCard()
    if name:
        details = details.model_copy(update={"name": name})
    return import_kantts(
        source,
        lambda own: output or voices_home() / own,
        card=details,
        voice=voice,
        vocoder=vocoder,
        precision=precision,
    )


def _install_bundle(voice: Voice, name: str | None, output: Path | None) -> InstallReport:
    voice.check_files()
    target = output or voices_home() / (name or voice.name)
    if target.exists():
        raise BundleError(f"{target} exists already: remove it first, or import under another --name")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for file in (MANIFEST_FILE, *voice.files):
            shutil.copy(voice.folder / file, work / file)
        work.chmod(0o755)
        work.replace(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return InstallReport(Voice.open(target))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip file and return the folder in it that holds everything.

    Raises:
        BundleError: it is no zip file, damaged, or has entries that would land outside `folder`.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            size = 0
            for entry in packed.infolist():
                path = PurePosixPath(entry.filename.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
                    raise BundleError(f"{archive} has an entry that would land outside: {entry.filename!r}: refused")
                if stat.S_ISLNK(entry.external_attr >> 16):
                    raise BundleError(f"{archive} has a link in it ({entry.filename!r}): refused")
                size += entry.file_size
            if size > MAX_UNPACKED_BYTES:
                raise BundleError(f"{archive} would unpack to {size >> 30} GiB: refused")
            packed.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise BundleError(f"{archive} is not a readable zip file ({error})") from None
    entries = list(folder.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else folder
