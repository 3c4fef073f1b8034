"""What goes wrong, and what was done otherwise than asked for, in the page's language."""

from __future__ import annotations

from langsong import errors

from .messages import in_chinese
from .texts import Texts

_KINDS: dict[type[errors.LangsongError], str] = {
    errors.TextError: "wrong_text",
    errors.OptionError: "wrong_option",
    errors.VoiceError: "wrong_voice",
    errors.AudioError: "wrong_audio",
    errors.RequestTooLarge: "too_long",
    errors.TryLater: "later",
    errors.DeadlineExceeded: "too_slow",
    errors.RequestCancelled: "cancelled",
    errors.ServiceStopping: "stopping",
    errors.MissingExtra: "missing",
    errors.Unauthorized: "no_key",
    errors.LangsongError: "failed",
}


def headline(error: errors.LangsongError, texts: Texts) -> str:
    """What kind of thing went wrong, in a few words."""
    kind = next(_KINDS[kind] for kind in type(error).__mro__ if kind in _KINDS)
    said: str = getattr(texts, kind)
    return said


def in_words(message: str, texts: Texts) -> str:
    """The message of an error or a notice; on the Chinese page one that has no Chinese form stays English."""
    return in_chinese(message) if texts.language == "zh" else message
