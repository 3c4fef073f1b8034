"""Writes doctor's compatibility matrix into docs/environment.md and its Chinese sister, below their marker.

python scripts/environment_page.py            # write
python scripts/environment_page.py --check    # say whether they are up to date
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from langsong.doctor import matrix
from langsong.doctor.matrix import Version

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARKER = "<!-- written by scripts/environment_page.py -->\n"


class Table(NamedTuple):
    """Heading and columns, English and Chinese, and rows without their source."""

    heading: tuple[str, str]
    columns: Sequence[tuple[str, str]]
    rows: Iterable[tuple[Sequence[str], str, str]]
    """Cells, source, date."""


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


def span(first: Version, last: Version) -> str:
    return dotted(first) if first == last else f"{dotted(first)} – {dotted(last)}"


def driver(version: Version) -> str:
    """As NVIDIA writes it: 450.80.02."""
    return ".".join([str(version[0]), *(f"{part:02}" for part in version[1:])])


def tables() -> list[Table]:
    source = [("source", "来源"), ("read", "查阅日期")]
    return [
        Table(
            ("torch", "torch"),
            [("torch", "torch"), ("Python", "Python"), ("CUDA of its wheels", "安装包的 CUDA"), *source],
            (
                ((dotted(r.torch), span(r.python_first, r.python_last), ", ".join(r.cuda)), r.source, r.date)
                for r in reversed(matrix.TORCH)
            ),
        ),
        Table(
            ("NVIDIA drivers", "NVIDIA 驱动"),
            [("CUDA", "CUDA"), ("Linux, at least", "Linux 最低"), ("Windows, at least", "Windows 最低"), *source],
            (((f"{r.cuda_major}.x", driver(r.linux), driver(r.windows)), r.source, r.date) for r in matrix.DRIVERS),
        ),
        Table(
            ("GPUs that a build has kernels for", "各版本支持的 GPU"),
            [("torch", "torch"), ("CUDA", "CUDA"), ("compute capability", "计算能力"), *source],
            (((span(r.first, r.last), r.cuda, ", ".join(r.capabilities)), r.source, r.date) for r in matrix.KERNELS),
        ),
        Table(
            ("The first CUDA for a GPU", "GPU 所需的最早 CUDA"),
            [("compute capability", "计算能力"), ("CUDA", "CUDA"), *source],
            (((f"{r.capability_major}.x", dotted(r.cuda)), r.source, r.date) for r in matrix.TOOLKITS),
        ),
        Table(
            ("cuDNN", "cuDNN"),
            [("CUDA", "CUDA"), ("cuDNN, at least", "cuDNN 最低"), *source],
            (((r.cuda, f"{r.cudnn // 1000}.{r.cudnn // 100 % 10}"), r.source, r.date) for r in matrix.CUDNN),
        ),
        Table(
            ("SciPy and NumPy", "SciPy 与 NumPy"),
            [("SciPy", "SciPy"), ("NumPy from", "NumPy 不低于"), ("before", "低于"), *source],
            (((dotted(r.scipy), dotted(r.first), dotted(r.before)), r.source, r.date) for r in matrix.SCIPY),
        ),
        Table(
            ("Built for NumPy 2", "为 NumPy 2 编译"),
            [("package", "包"), ("since", "始于"), *source],
            (((r.package, dotted(r.first)), r.source, r.date) for r in matrix.NUMPY_TWO),
        ),
        Table(
            ("What doctor recommends, the first that suits", "doctor 的推荐，取首个合适的"),
            [("install", "安装"), ("wheels", "渠道"), ("compute capability", "计算能力"), *source],
            (
                (
                    (
                        f"`{r.requirement}`",
                        r.channel,
                        f"{dotted(r.oldest_capability)} – {r.newest_capability[0]}.x",
                    ),
                    r.source,
                    r.date,
                )
                for r in matrix.BUILDS
            ),
        ),
    ]


def markdown(language: int) -> str:
    """All tables; `language` 0 is English, 1 Chinese."""
    lines = []
    for table in tables():
        lines += ["", f"## {table.heading[language]}", "| " + " | ".join(c[language] for c in table.columns) + " |"]
        lines.append("|" + "---|" * len(table.columns))
        for cells, source, date in table.rows:
            linked = re.sub(r"https://[^ ,]+", r"<\g<0>>", source)
            lines.append("| " + " | ".join((*cells, linked, date)) + " |")
    return "\n".join(lines).lstrip("\n") + "\n"


def main() -> None:
    stale = []
    for language, name in enumerate(("environment.md", "environment.zh-CN.md")):
        page = DOCS / name
        text = page.read_text(encoding="utf-8")
        head, marker, _ = text.partition(MARKER)
        wanted = head + marker + markdown(language)
        if not marker:
            sys.exit(f"{page} has no marker: {MARKER}")
        if text != wanted:
            stale.append(name)
            if "--check" not in sys.argv:
                page.write_text(wanted, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"not up to date: {', '.join(stale)}: run python scripts/environment_page.py")


if __name__ == "__main__":
    main()
