"""A finding: what is wrong, how bad it is, and what to type."""

from __future__ import annotations

from dataclasses import dataclass, field

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True)
class Finding:
    """Something to tell the user.

    Attributes:
        code: which rule found it; its words are in `advice`.
        severity: error (it will not work), warning (a part of it will not, or slowly), note.
        command: what to type; "" where there is nothing to type.
        details: what the words name.
    """

    code: str
    severity: str
    command: str = ""
    details: dict[str, str] = field(default_factory=dict)
