"""Why something is read as it is, in the page's language."""

from __future__ import annotations

from .messages import in_chinese
from .texts import Language


def reason_in_words(reason: str, language: Language) -> str:
    """A reason as `Frontend.explain` gives it; what has no Chinese name here stays English."""
    if language != "zh":
        return reason
    return "；".join(in_chinese(part, "reasons.zh.tsv") for part in reason.split("; "))
