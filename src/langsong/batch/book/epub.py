"""EPUB 2 and 3 (a zip file of XHTML): the documents of the spine in order, chapters by the table of contents.

Element names: EPUB 3.3 (W3C), OPF 2.0.1 and NCX (IDPF).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from langsong.errors import TextError

from .content import Book, Chapter, Paragraph
from .headings import chapters_of, merged

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_BYTES = 64 << 20
"""Of one file of the book; more is an attack or no text."""

_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section",
    "table", "td", "th", "tr", "ul",
}  # fmt: skip
_SILENT = {"head", "math", "nav", "rp", "rt", "script", "style", "svg", "template"}


def read_epub(path: Path) -> Book:
    """A book.

    Raises:
        TextError: it is no EPUB, broken or encrypted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive, path).book()
    except OSError as error:
        raise TextError(f"cannot read {path}: {error.strerror}") from None
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, NotImplementedError) as error:
        raise TextError(f"{path} is no EPUB, or a broken one: {' '.join(str(error).split())}") from None
    except RuntimeError:  # zipfile's for a password
        raise TextError(f"{path} is encrypted: give a copy without protection") from None


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        if "META-INF/rights.xml" in archive.namelist():
            raise TextError(f"{path} is protected against copying: give a copy without protection")

    def _read(self, name: str) -> bytes:
        if self._archive.getinfo(name).file_size > _MOST_BYTES:
            raise ValueError(f"{name} is larger than {_MOST_BYTES >> 20} MB")
        return self._archive.read(name)

    def book(self) -> Book:
        container = fromstring(self._read("META-INF/container.xml"))
        opf = _first(container, "rootfile").get("full-path", "")
        package = fromstring(self._read(opf))
        items = {e.get("id", ""): e for e in _all(package, "item")}
        names = {key: _resolved(opf, e.get("href", "")) for key, e in items.items()}
        spine = [names[e.get("idref", "")] for e in _all(package, "itemref") if e.get("linear") != "no"]
        titles = self._titles(items, names, _first(package, "spine").get("toc", ""))
        chapters = merged(self._chapters(spine, titles))
        return Book(
            tuple(chapters), _text(package, "title"), _text(package, "creator"), self._cover(package, items, names)
        )

    def _chapters(self, spine: list[str], titles: dict[str, str]) -> Iterator[Chapter]:
        """A document begins a chapter if the table of contents has it, or, if that is empty, a heading.

        A book with neither is taken for a plain text.
        """
        documents = {name: _Text.of(self._read(name).decode("utf-8-sig", "replace")) for name in spine}
        if not titles and not any(lines and lines[0][1] for lines in documents.values()):
            yield from chapters_of(line for lines in documents.values() for line, _ in lines)
            return
        title, paragraphs = "", list[Paragraph]()
        for name, lines in documents.items():
            heading = titles.get(name, "")
            if not titles and lines and lines[0][1]:
                heading = lines[0][0]
            if heading:
                yield Chapter(title, tuple(paragraphs))
                title, paragraphs = heading, []
                if lines and _bare(lines[0][0]) == _bare(heading):
                    del lines[0]
            paragraphs += (Paragraph(line) for line, _ in lines)
        yield Chapter(title, tuple(paragraphs))

    def _titles(self, items: dict[str, Element], names: dict[str, str], ncx: str) -> dict[str, str]:
        """The first title that the table of contents has for each document."""
        found: dict[str, str] = {}
        nav = next((key for key, e in items.items() if "nav" in (e.get("properties") or "").split()), None)
        if nav is not None:
            tree = fromstring(self._read(names[nav]))
            contents = next((e for e in _all(tree, "nav") if _attribute(e, "type") == "toc"), tree)
            for link in _all(contents, "a"):
                found.setdefault(_resolved(names[nav], link.get("href", "")), _joined(link))
        elif ncx in names:
            for point in _all(fromstring(self._read(names[ncx])), "navPoint"):
                source = _first(point, "content").get("src", "")
                found.setdefault(_resolved(names[ncx], source), _text(point, "text"))
        return found

    def _cover(self, package: Element, items: dict[str, Element], names: dict[str, str]) -> bytes | None:
        meta = next((e.get("content", "") for e in _all(package, "meta") if e.get("name") == "cover"), "")
        marked = [key for key, e in items.items() if "cover-image" in (e.get("properties") or "").split()]
        for key in (*marked, meta):
            if key in items and items[key].get("media-type") in ("image/jpeg", "image/png"):
                return self._read(names[key])
        return None


class _Text(HTMLParser):
    """The lines of a document, each with whether it is a heading. XHTML of books is often no XML."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, bool]] = []
        self._line = ""
        self._silent = 0
        self._heading = False

    @classmethod
    def of(cls, document: str) -> list[tuple[str, bool]]:
        parser = cls()
        parser.feed(document)
        parser.close()
        parser._end()
        return parser.lines

    def _end(self) -> None:
        if line := " ".join(self._line.split()):
            self.lines.append((line, self._heading))
        self._line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self._end()
            if tag not in ("br", "hr"):
                self._heading = re.fullmatch("h[1-6]", tag) is not None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self._end()
            self._heading = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line += data


def _all(element: Element, name: str) -> Iterator[Element]:
    return element.iterfind(f".//{{*}}{name}")


def _first(element: Element, name: str) -> Element:
    found = next(_all(element, name), None)
    if found is None:
        raise ValueError(f"it lacks <{name}>")
    return found


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _joined(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _text(element: Element, name: str) -> str:
    found = next(_all(element, name), None)
    return "" if found is None else _joined(found)


def _resolved(base: str, reference: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(urldefrag(reference)[0])))


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)
