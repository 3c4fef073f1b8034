"""Ways to damage a voice, and what an import of it must end with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from langsong.bundle.install import install
from langsong.errors import CheckpointError, LangsongError

VOICE = Path("voices") / "xiaoyu"
AM_CHECKPOINT = VOICE / "am" / "ckpt" / "checkpoint_100.pth"
VOC_CHECKPOINT = VOICE / "voc" / "ckpt" / "checkpoint_100.pth"


def refusal(source: Path, kind: type[LangsongError] = CheckpointError, **options: Any) -> str:
    """The one line that an import of `source` ends with."""
    with pytest.raises(kind) as raised:
        install(source, **options)
    message = str(raised.value)
    assert message
    assert "\n" not in message
    return message


def edit_checkpoint(path: Path, edit: Callable[[Any], Any]) -> None:
    content = torch.load(path)
    content["model"] = edit(content["model"])
    torch.save(content, path)


def edit_yaml(path: Path, edit: Callable[[Any], None]) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


class Payload:
    """Unpickled, it makes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"echo ran > {self.trace}",)
