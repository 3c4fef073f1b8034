"""Reads the Dockerfiles of this project: stages and instructions, with arguments and variables filled in."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
KNOWN = {"ARG", "SHELL", "RUN", "WORKDIR", "COPY", "ENV", "USER", "EXPOSE", "VOLUME", "HEALTHCHECK", "CMD"}


@dataclass
class Stage:
    """One FROM and what follows it.

    Attributes:
        base: image, arguments filled in.
        name: what follows AS, or the stage's number.
        arguments: build arguments with their defaults.
        steps: (instruction, its text) in order; variables of RUN are left to its shell.
    """

    base: str
    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)

    def texts(self, instruction: str) -> list[str]:
        """The texts of one kind of instruction."""
        return [text for kind, text in self.steps if kind == instruction]


def lines_of(path: Path) -> list[str]:
    """Instructions, one a line: comments gone, continued lines joined."""
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(kept))
    return [line.strip() for line in joined.splitlines() if line.strip()]


def filled(text: str, values: dict[str, str]) -> str:
    """`text` with `$NAME` and `${NAME}` replaced; unknown names stay."""
    return VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), text)


def stages(path: Path) -> list[Stage]:
    """The stages of a Dockerfile.

    Raises:
        ValueError: an instruction that these scripts do not follow.
    """
    before: dict[str, str] = {}
    found: list[Stage] = []
    for line in lines_of(path):
        kind, _, text = line.partition(" ")
        text = text.strip()
        if kind == "FROM":
            base, _, name = filled(text, before).partition(" AS ")
            found.append(Stage(base, name or str(len(found))))
        elif kind not in KNOWN:
            raise ValueError(f"{path.name}: {kind} is not followed")
        elif kind == "ARG":
            name, _, default = text.partition("=")
            (found[-1].arguments if found else before)[name] = default or before.get(name, "")
        else:
            found[-1].steps.append((kind, text))
    return found


def words(text: str) -> list[str]:
    """A command or a list of paths, in JSON or as a shell splits it."""
    return json.loads(text) if text.startswith("[") else shlex.split(text)


def assignments(text: str, values: dict[str, str]) -> dict[str, str]:
    """What ENV sets, given what is set before."""
    return {name: filled(value, values) for name, _, value in (word.partition("=") for word in shlex.split(text))}
