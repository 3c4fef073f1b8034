"""Where voices live: the embedded ones in the package, others under ``$LANGSONG_HOME``."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from langsong.errors import BundleError, VoiceError, VoiceNotFound

from .manifest import MANIFEST_FILE, read_manifest
from .voice import FAST, Voice

EMBEDDED = Path(__file__).parent.parent / "voices"
DEFAULT_VOICE = "langsong"


def home() -> Path:
    """Folder of the user's data: ``$LANGSONG_HOME``, or the platform's data folder."""
    given = os.environ.get("LANGSONG_HOME")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("langsong", appauthor=False))


def cache_home() -> Path:
    """Folder of what can be made again: ``$LANGSONG_HOME/cache``, or the platform's cache folder."""
    if os.environ.get("LANGSONG_HOME"):
        return home() / "cache"
    return Path(platformdirs.user_cache_dir("langsong", appauthor=False))


def voices_home() -> Path:
    """Folder of installed voices."""
    return home() / "voices"


@dataclass(frozen=True)
class InstalledVoice:
    """A voice that can be opened by name. An installed voice hides an embedded one of the same name."""

    name: str
    folder: Path
    embedded: bool


def installed_voices() -> list[InstalledVoice]:
    """All voices by name."""
    found: dict[str, InstalledVoice] = {}
    for root, embedded in ((EMBEDDED, True), (voices_home(), False)):
        if root.is_dir():
            for folder in sorted(root.iterdir()):
                if (folder / MANIFEST_FILE).is_file() and not folder.name.startswith("."):
                    found[folder.name] = InstalledVoice(folder.name, folder, embedded)
    return [found[name] for name in sorted(found)]


def voice_names() -> list[str]:
    """Every name that `find_voice` knows; a voice with a fast vocoder has two. Broken voices are left out."""
    names = []
    for voice in installed_voices():
        with contextlib.suppress(BundleError):
            fast = read_manifest(voice.folder).fast
            names += [voice.name, f"{voice.name}:{FAST}"] if fast else [voice.name]
    return names


def find_voice(voice: str | os.PathLike[str] | None = None) -> Voice:
    """Open a voice by name, or a bundle by its folder; with ``:fast`` behind it, with its fast vocoder.

    Raises:
        VoiceNotFound: there is none.
        BundleError: it is there, but broken.
    """
    if voice is None:
        return Voice.open(_folder_of(DEFAULT_VOICE))
    name = os.fspath(voice)
    if name in {v.name for v in installed_voices()}:
        return Voice.open(_folder_of(name))
    if os.path.isdir(name):  # noqa: PTH112 - False for any text
        return Voice.open(Path(name))
    base, _, variant = name.rpartition(":")
    if base and variant == FAST:
        return find_voice(base).fast
    return Voice.open(_folder_of(name))


def _folder_of(name: str) -> Path:
    voices = {v.name: v.folder for v in installed_voices()}
    if name in voices:
        return voices[name]
    close = difflib.get_close_matches(name, voices, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(voices) or 'none'}"
    raise VoiceNotFound(f"no voice {name!r}: {hint} (langsong voices list)")


def remove_voice(name: str) -> Path:
    """Delete an installed voice.

    Raises:
        VoiceNotFound: there is none of that name.
        VoiceError: it is embedded in the package.
    """
    match = next((v for v in installed_voices() if v.name == name), None)
    if match is None:
        raise VoiceNotFound(f"no voice {name!r} is installed (langsong voices list)")
    if match.embedded:
        raise VoiceError(f"the voice {name!r} comes with langsong and cannot be removed")
    shutil.rmtree(match.folder)
    return match.folder
