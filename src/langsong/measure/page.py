"""A report as one HTML file: tables, plots and players, nothing to load from elsewhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langsong.audio.encode import encode
from langsong.errors import MissingExtra
from langsong.types import Float32

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 } td, th { padding: .2rem .7rem; text-align: left }
tr + tr { border-top: 1px solid #8884 } td.number { text-align: right; font-variant-numeric: tabular-nums }
img { max-width: 100% } audio { height: 2rem; width: 15rem }
</style></head><body><h1>{{ title }}</h1>
{% for section in sections %}<h2>{{ section.title }}</h2>
{% if section.note %}<p>{{ section.note }}</p>{% endif %}
{% for picture in section.pictures %}<img src="{{ picture }}" alt="{{ section.title }}">{% endfor %}
{% if section.rows %}<table><tr>{% for name in section.header %}<th>{{ name }}</th>{% endfor %}</tr>
{% for row in section.rows %}<tr>{% for cell in row %}{% if cell is sound %}<td><audio controls preload="none"
 src="{{ cell.uri }}"></audio></td>{% elif cell is number %}<td class="number">{{ cell | figure }}</td>
{%- else %}<td>{{ cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}</table>{% endif %}{% endfor %}</body></html>
"""


@dataclass(frozen=True)
class Sound:
    """A player in a table's cell; `uri` holds the sound itself."""

    uri: str


Cell = str | int | float | Sound


@dataclass(frozen=True)
class Section:
    """A heading and what is under it.

    Attributes:
        pictures: data URIs, see `picture`.
        header, rows: a table, if there are rows.
    """

    title: str
    note: str = ""
    pictures: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()


def page(title: str, sections: Sequence[Section]) -> str:
    """The file's text.

    Raises:
        MissingExtra: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
    except ImportError:
        raise MissingExtra("measure", "a report as HTML") from None
    environment = Environment(autoescape=True, trim_blocks=True)
    environment.tests["sound"] = lambda cell: isinstance(cell, Sound)
    environment.filters["figure"] = lambda value: f"{value:.3f}" if isinstance(value, float) else str(value)
    return environment.from_string(_TEMPLATE).render(title=title, sections=sections)


def sound(samples: Float32, sample_rate: int) -> Sound:
    """(N,) samples as a player."""
    return Sound(_data_uri("audio/mpeg", encode(samples, sample_rate, "mp3")))


def picture(figure: Figure) -> str:
    """A figure as the URI of an image."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return _data_uri("image/png", file.getvalue())


def plots(count: int, *, width: float = 11.0, height: float = 2.6, columns: int = 2) -> tuple[Figure, list[Axes]]:
    """An empty figure and the axes of `count` plots in it; sizes in inches, the height is of one row.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("measure", "plots") from None
    rows = -(-count // columns)
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    return figure, [figure.add_subplot(rows, columns, index + 1) for index in range(count)]


def _data_uri(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
