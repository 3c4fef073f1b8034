"""The recipe's scripts as a package, and a teacher of a few nodes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

RECIPE = Path(__file__).resolve().parents[2] / "recipes" / "embedded"
sys.path.insert(0, str(RECIPE))


@pytest.fixture(scope="session")
def tiny_teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `corpus.fetch` makes it, with a teacher that hums: three frames a token, silent at begin and end."""
    from tiny_teacher import write_teacher

    folder = tmp_path_factory.mktemp("teacher")
    write_teacher(folder)
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A corpus folder with six sentences to speak."""
    sentences = ["今天天气真好。", "你去哪儿？", "我们走吧！", "一、二、三。", "他说，好。", "月亮圆又圆。"]
    lines = [
        {"id": f"s{number:05d}", "text": text, "source": "own", "split": "valid" if number == 5 else "train"}
        for number, text in enumerate(sentences)
    ]
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "texts.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    return folder
