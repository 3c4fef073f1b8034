"""What torch says of itself, asked in a process of its own: it may be slow to load, or crash."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

from .facts import Torch

QUESTION = """
import json, torch
cuda = torch.version.cuda
print(json.dumps({
    "version": torch.__version__,
    "cuda": cuda,
    "hip": torch.version.hip,
    "cudnn": torch.backends.cudnn.version() if cuda else None,
    "cuda_available": torch.cuda.is_available(),
    "architectures": torch.cuda.get_arch_list() if cuda else [],
}))
"""


def ask_torch(version: str, wait_s: float) -> Torch:
    """Ask torch; after `wait_s` seconds read its files instead.

    Args:
        version: of the distribution, for when torch cannot say.
    """
    try:
        answer = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", QUESTION], capture_output=True, text=True, timeout=wait_s
        )
    except subprocess.TimeoutExpired:
        return from_files(version)
    except OSError as error:
        return Torch(version, error=str(error))
    if answer.returncode == 0:
        return Torch(**json.loads(answer.stdout.splitlines()[-1]))
    said = answer.stderr.strip().splitlines()
    return Torch(version, error=said[-1] if said else f"it ended with status {answer.returncode}")


def from_files(version: str) -> Torch:
    """What ``torch/version.py`` states, without running it."""
    spec = importlib.util.find_spec("torch")  # finds, does not import
    stated = {}
    if spec and spec.origin:
        file = Path(spec.origin).with_name("version.py")
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        stated = dict(re.findall(r"^(__version__|cuda|hip)\b[^=\n]*= *'([^'\n]+)'", text, re.MULTILINE))
    return Torch(stated.get("__version__", version), answered=False, cuda=stated.get("cuda"), hip=stated.get("hip"))
