"""Books from files: encodings, chapters, EPUB, Markdown, subtitles, lines of JSON."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from langsong.batch.book.content import Book
from langsong.batch.book.headings import is_heading
from langsong.batch.book.reading import read_book
from langsong.errors import TextError

NOVEL = "故乡\n\n第一章 风起\n　　清晨，风来了。\n\n第二章：归来\n他回来了。\n“好吗？”\n"


def outline(book: Book) -> list[tuple[str, list[str]]]:
    return [(chapter.title, [paragraph.text for paragraph in chapter.paragraphs]) for chapter in book.chapters]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_plain_text_in_any_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(NOVEL.replace("\n", newline).encode(encoding))
    assert outline(read_book(path)) == [
        ("", ["故乡"]),
        ("第一章 风起", ["清晨，风来了。"]),
        ("第二章：归来", ["他回来了。", "“好吗？”"]),
    ]


def test_an_encoding_that_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("第一章 風起\n清晨，風來了。".encode("big5"))
    assert outline(read_book(path, "big5")) == [("第一章 風起", ["清晨，風來了。"])]


@pytest.mark.parametrize(
    ("name", "data", "encoding", "complaint"),
    [
        ("a.txt", b"\xff\xff\xff", None, "is neither UTF-8 (byte 0) nor GB18030 (byte 0): give --encoding"),
        ("a.txt", "春眠不觉晓处处闻啼鸟".encode() + b"\xff", None, "is UTF-8 up to byte 30, which is not: repair it"),
        ("a.txt", "你好".encode("gbk"), "utf-8", "is not utf-8 (byte 0)"),
        ("a.txt", b"a", "klingon", "there is no encoding 'klingon'"),
        ("a.txt", b" \n\n", None, "has no text"),
        ("a.pdf", b"", None, "books are read from .txt, .md, .epub, .srt, .vtt, .jsonl"),
        ("a.epub", b"no zip", None, "is no EPUB, or a broken one"),
        ("a.srt", b"no cues", None, "has no subtitles that can be read|has no text"),
        ("a.jsonl", b'{"text": "a"}\n[]', None, "line 2 is not like"),
        ("a.jsonl", b'{"speed": 1}', None, "line 1 is not like"),
        ("a.jsonl", b'{"text": 1}', None, "line 1 is not like"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, data: bytes, encoding: str | None, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TextError) as error:
        read_book(path, encoding)
    assert any(part in str(error.value) for part in complaint.split("|"))
    assert "\n" not in str(error.value)
    with pytest.raises(TextError, match=r"cannot read|books are"):
        read_book(tmp_path / f"missing{path.suffix}")


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("第一章 风起", True), ("第十二回　贾雨村风尘怀闺秀", True), ("第3章", True), ("第０８章 雨", True),
        ("第一卷 少年", True), ("正文 第一章 起", True), ("卷一 少年", True), ("楔子", True), ("序", True),
        ("后记", True), ("尾声 春天", True), ("番外一", True), ("Chapter 12: The End", True), ("第一节 力学", True),
        ("第一回见到他的时候，我还很小。", False), ("第一节课我们学了算术。", False), ("第一节课", False),
        ("序列号是三", False), ("前言不搭后语", False), ("他说第一章很难。", False), ("卷一支烟", False),
        ("第一章" + "很" * 40, False), ("Chapters are fun", False), ("终章很好看，真的", False), ("“第一章”", False),
    ],
)  # fmt: skip
def test_lines_that_begin_chapters(line: str, heading: bool) -> None:
    assert is_heading(line) is heading


def test_a_volume_is_put_before_its_first_chapter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "第一卷 少年\n第一章 起\n一。\n第二章 承\n二。\n第二卷 青年\n第三章 转\n三。\n后记\n", encoding="utf-8"
    )
    titles = ["第一卷 少年 第一章 起", "第二章 承", "第二卷 青年 第三章 转", "后记"]
    assert [title for title, _ in outline(read_book(path))] == titles


def test_markdown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "# 书名\n\n开头的话。\n\n## 第一章\n\n一段*强调*的话，[链接](http://a.b)和`代码`。\n续行。\n\n"
        "- 一\n- 二\n\n### 小节\n\n> 引文\n\n```\n不读\n```\n<!-- 不读 -->\n\n"
        "## 第二章\n\n| 甲 | 乙 |\n|--|--|\n| 丙 | 丁 |\n",
        encoding="utf-8",
    )
    book = read_book(path)
    assert book.title == "书名"
    assert outline(book) == [
        ("", ["开头的话。"]),
        ("第一章", ["一段强调的话，链接和代码。 续行。", "一", "二", "小节", "引文"]),
        ("第二章", ["甲", "乙", "丙", "丁"]),
    ]
    path.write_text("# 甲\n\n一。\n\n# 乙\n\n二。\n", encoding="utf-8")
    assert (read_book(path).title, outline(read_book(path))) == ("", [("甲", ["一。"]), ("乙", ["二。"])])


def test_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "开头。"}\n\n{"chapter": "一", "text": "甲。", "emotion": "sad"}\n{"chapter": "二"}\n'
        '{"text": "乙。"}\n',
        encoding="utf-8",
    )
    book = read_book(path)
    assert outline(book) == [("", ["开头。"]), ("一", ["甲。"]), ("二", ["乙。"])]
    assert book.chapters[1].paragraphs[0].options == {"emotion": "sad"}


SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\n<i>你好。</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}第二\n句。\n\n"
    "3\n00:00:06,000 --> 00:00:07,500\n♪\n\n"
)
VTT = "WEBVTT\n\n00:01.000 --> 00:02.500\n<i>你好。</i>\n\n00:03.000 --> 00:04.000\n第二\n句。\n\n"


@pytest.mark.parametrize(("name", "text"), [("a.srt", SRT), ("a.vtt", VTT)])
def test_subtitles(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (chapter,) = read_book(path).chapters
    cues = [(p.text, p.start_s, p.slot_s) for p in chapter.paragraphs]
    last_slot = 3.0 if name == "a.srt" else 1.0  # until the next cue, which is not spoken, or its own end
    assert cues[:2] == [("你好。", 1.0, 2.0), ("第二 句。", 3.0, last_slot)]


XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>不读</title></head><body>{}</body></html>'
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
)


def write_epub(path: Path, *, version: int, extra: dict[str, Any] | None = None) -> Path:
    """A small book: a cover page, two chapters of which the second has two files, one file outside the order."""
    pages = {
        "cover.xhtml": '<img src="c.jpg" alt="封面"/>',
        "text/one.xhtml": "<h2>第一章&nbsp;风起</h2><p>第一<b>段</b>。<br>新行。</p>"
        "<div><p>注<ruby>音<rt>yīn</rt></ruby>。</p></div>",
        "text/two a.xhtml": "<p>第二章的话。</p><script>var a;</script>",
        "text/two-b.xhtml": "<blockquote>接着。</blockquote>",
        "notes.xhtml": "<p>不按顺序。</p>",
    }
    hrefs = {name: name.replace(" ", "%20") for name in pages}
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>' for n, href in enumerate(hrefs.values())
    )
    if version == 3:
        nav = "".join(
            f'<li><a href="{href}">{title}</a></li>'
            for href, title in (("text/one.xhtml#top", "第一章 风起"), ("text/two%20a.xhtml", "第二章"))
        )
        toc = {
            "nav.xhtml": XHTML.format(f'<nav xmlns:e="http://www.idpf.org/2007/ops" e:type="toc"><ol>{nav}</ol></nav>')
        }
        items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        items += '<item id="cov" href="c.jpg" properties="cover-image" media-type="image/jpeg"/>'
        attribute, meta = "", ""
    else:
        points = "".join(
            f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{href}"/></navPoint>'
            for href, title in (("text/one.xhtml", "第一章 风起"), ("text/two%20a.xhtml", "第二章"))
        )
        toc = {"toc.ncx": f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'}
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        items += '<item id="cov" href="c.jpg" media-type="image/jpeg"/>'
        attribute, meta = ' toc="ncx"', '<meta name="cover" content="cov"/>'
    spine = "".join(
        f'<itemref idref="i{n}"{" linear=" + chr(34) + "no" + chr(34) if n == 4 else ""}/>' for n in range(5)
    )
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>故乡</dc:title><dc:creator>某人</dc:creator>{meta}</metadata><manifest>{items}</manifest>"
        f"<spine{attribute}>{spine}</spine></package>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/content.opf", opf)
        archive.writestr("OEBPS/c.jpg", b"\xff\xd8\xff picture")
        for name, content in toc.items():
            archive.writestr(f"OEBPS/{name}", content)
        for name, body in pages.items():
            archive.writestr(f"OEBPS/{name}", XHTML.format(body))
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("version", [2, 3])
def test_epub(tmp_path: Path, version: int) -> None:
    book = read_book(write_epub(tmp_path / "a.epub", version=version))
    assert (book.title, book.author, book.cover) == ("故乡", "某人", b"\xff\xd8\xff picture")
    assert outline(book) == [
        ("第一章 风起", ["第一段。", "新行。", "注音。"]),
        ("第二章", ["第二章的话。", "接着。"]),
    ]


def test_epubs_that_cannot_be_read(tmp_path: Path) -> None:
    protected = write_epub(tmp_path / "a.epub", version=3, extra={"META-INF/rights.xml": "<rights/>"})
    with pytest.raises(TextError, match="protected against copying"):
        read_book(protected)
    bomb = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><container>&z;</container>'
    with zipfile.ZipFile(tmp_path / "b.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", bomb)
    with pytest.raises(TextError, match="is no EPUB, or a broken one"):
        read_book(tmp_path / "b.epub")
    with zipfile.ZipFile(tmp_path / "c.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
    with pytest.raises(TextError, match=r"no item named 'OEBPS/content\.opf'"):
        read_book(tmp_path / "c.epub")


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (["<h1>一</h1><p>甲。</p>", "<p>乙。</p>", "<h2>二</h2><p>丙。</p>"],
         [("一", ["甲。", "乙。"]), ("二", ["丙。"])]),
        (["<p>开头。</p><p>第一章 起</p><p>甲。</p>", "<p>第二章 承</p><p>乙。</p>"],
         [("", ["开头。"]), ("第一章 起", ["甲。"]), ("第二章 承", ["乙。"])]),
    ],
    ids=["headings", "neither"],
)  # fmt: skip
def test_epubs_without_a_table_of_contents(
    tmp_path: Path, pages: list[str], expected: list[tuple[str, list[str]]]
) -> None:
    items = "".join(f'<item id="i{n}" href="{n}.xhtml"/>' for n in range(len(pages)))
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
        package = f"<package><metadata/><manifest>{items}</manifest><spine>{spine}</spine></package>"
        archive.writestr("OEBPS/content.opf", package)
        for n, body in enumerate(pages):
            archive.writestr(f"OEBPS/{n}.xhtml", XHTML.format(body))
    assert outline(read_book(tmp_path / "a.epub")) == expected
