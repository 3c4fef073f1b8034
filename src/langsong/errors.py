"""Every error a user can meet. Each message is one line and says what to do.

LangsongError
├── TextError            the text cannot be read
│   └── UnitError        a unit that the voice does not have
├── OptionError          an option out of range, or one the voice cannot do
├── VoiceError           a voice cannot be used
│   ├── VoiceNotFound    no voice of that name
│   ├── BundleError      a voice bundle is broken
│   ├── DownloadError    a voice cannot be downloaded
│   └── CheckpointError  a checkpoint to import is damaged or does not fit
├── AudioError           audio cannot be written or read
├── TrainingError        training cannot start or go on
│   ├── RecipeError      a recipe is wrong
│   └── CorpusError      a corpus is missing, damaged or unusable
├── JobError             a batch job cannot start or go on
├── ServiceError         a service cannot take or finish a request
│   ├── Unauthorized     no key, or an unknown one
│   ├── JobNotFound      no job of that name
│   ├── NotReady         what is asked for is not there yet
│   ├── RequestTooLarge  more text or data than one request may have
│   ├── TryLater         not now: QuotaExceeded, QueueFull
│   ├── DeadlineExceeded it took longer than it may
│   ├── RequestCancelled it was called off
│   └── ServiceStopping  the service is shutting down
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


class DownloadError(VoiceError):
    """A voice cannot be downloaded, or what came is not what the hub promises."""


class CheckpointError(VoiceError):
    """A checkpoint to import is damaged or does not fit its configuration."""


class AudioError(LangsongError):
    """Audio cannot be written or read."""


class TrainingError(LangsongError):
    """Training cannot start or go on."""


class RecipeError(TrainingError):
    """A recipe has an unknown key, a wrong value, or names something that is not there."""


class CorpusError(TrainingError):
    """A corpus is missing, damaged or unusable."""


class JobError(LangsongError):
    """A batch job cannot start or go on."""


class ServiceError(LangsongError):
    """A service cannot take or finish a request."""


class Unauthorized(ServiceError):
    """The key is missing or unknown."""


class JobNotFound(ServiceError):
    """The client has no job of that name."""


class NotReady(ServiceError):
    """What is asked for is not there yet, or will never be."""


class RequestTooLarge(ServiceError):
    """More text or data than one request may have."""


class TryLater(ServiceError):
    """Nothing is wrong but the time.

    Args:
        message: one line.
        retry_after_s: when it may go better.
    """

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class QuotaExceeded(TryLater):
    """A client's rate or quota is used up."""


class QueueFull(TryLater):
    """Too many requests are open."""


class DeadlineExceeded(ServiceError):
    """A request took longer than it may."""


class RequestCancelled(ServiceError):
    """A request was called off."""


class ServiceStopping(ServiceError):
    """The service is shutting down."""


class MissingExtra(LangsongError):
    """An optional dependency is not installed.

    Args:
        extra: name of the extra that brings it.
        purpose: what it is needed for.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the extra '{extra}': pip install 'langsong[{extra}]'")
        self.extra = extra
