"""Every error a user can meet. Each message is one line and says what to do.

LangsongError
├── TextError            the text cannot be read
│   └── UnitError        a unit that the voice does not have
├── OptionError          an option out of range, or one the voice cannot do
├── VoiceError           a voice cannot be used
│   ├── VoiceNotFound    no voice of that name
│   ├── BundleError      a voice bundle is broken
│   └── CheckpointError  a checkpoint to import is damaged or does not fit
├── AudioError           audio cannot be written or read
└── MissingExtra         an optional dependency is needed
"""

from __future__ import annotations


class LangsongError(Exception):
    """Base of all errors that are the input's or the installation's, not langsong's own."""


class TextError(LangsongError):
    """The text cannot be read.

    Args:
        message: one line.
        position: 0-based index of the offending character (or unit), if known.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class UnitError(TextError):
    """A unit that is malformed or that the voice's inventory does not have."""


class OptionError(LangsongError):
    """An option is out of range, unknown, or not supported by the voice."""


class VoiceError(LangsongError):
    """A voice cannot be used."""


class VoiceNotFound(VoiceError):
    """No installed voice has that name."""


class BundleError(VoiceError):
    """A voice bundle is incomplete, damaged or of another format version."""


class CheckpointError(VoiceError):
    """A checkpoint to import is damaged or does not fit its configuration."""


class AudioError(LangsongError):
    """Audio cannot be written or read."""


class MissingExtra(LangsongError):
    """An optional dependency is not installed.

    Args:
        extra: name of the extra that brings it.
        purpose: what it is needed for.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the extra '{extra}': pip install 'langsong[{extra}]'")
        self.extra = extra
