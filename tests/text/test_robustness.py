"""What holds for any text: bounded pieces, the same reading twice, and a command that says what is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from langsong.cli.app import app
from langsong.errors import LangsongError
from langsong.text.document import Passage
from langsong.text.frontend import READ_AT_ONCE, Frontend
from langsong.text.normalize import normalize
from langsong.text.segment import segment

frontend = Frontend()
TABLES = sorted(Path(__file__).with_name("data").glob("tn_*.tsv"))
ROWS = [
    line.split("\t")[:2]
    for table in TABLES
    for line in table.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_what_is_read_is_read_as_it_is() -> None:
    said = [read for _, read in ROWS]
    assert [normalize(read) for read in said] == said


REPEATED = st.sampled_from(ROWS).map(lambda row: row[0]) | st.sampled_from(
    ["1", "1-", "1.", "1,", "a.", "a@", "(", "^_", "(≧", "/a", "http://", "www.", "II", "1h1m", "￥1-", "1:2", "+86"]
)


@settings(max_examples=20, deadline=None)
@given(REPEATED, st.integers(1000, 5000))
def test_rules_see_short_pieces_of_whatever_is_repeated(written: str, characters: int) -> None:
    """So time grows with the length alone; and no piece takes for ever."""
    text = (written * characters)[:characters]
    pieces = list(segment(text, READ_AT_ONCE))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= READ_AT_ONCE
    assert sum(len(normalize(piece)) for piece in pieces[:3]) >= 0


def test_threads_normalise_and_explain_alike() -> None:
    texts = [written for written, _ in ROWS[::15]]
    alone = [frontend.explain(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(frontend.explain, texts)) == alone


def test_a_passage_without_text_is_silent() -> None:
    assert frontend.normalize(Passage("")) == ""
    assert frontend.explain(Passage("")) == ()


def run(stdin: bytes, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["text", *arguments], input=stdin)
    if isinstance(done.exception, LangsongError):
        return 2, str(done.exception)
    return done.exit_code, done.stdout


@pytest.mark.parametrize(
    ("stdin", "read"),
    [
        ("\ufeff你好\r\n\r\n世界\r\n".encode(), "ni2 hao3\n\nshi4 jie4\n"),
        (b"", ""),
        (b"\n\n", "\n\n"),
        ("好\r花".encode(), "hao3 hua1\n"),
        ("\u3000　好\t".encode(), "hao3\n"),
    ],
)
def test_odd_lines(stdin: bytes, read: str) -> None:
    assert run(stdin) == (0, read)


@pytest.mark.parametrize(
    ("stdin", "arguments", "message"),
    [
        (b"\xe5\xa5\xbd\n\xff\n", (), "line 2 is not UTF-8 (byte 0)"),
        ("好\n好\0\n".encode(), (), "line 2: '\\x00' (U+0000) at character 1 is NUL"),
        ("好".encode(), ("--ssml",), "line 1, column 1: this is no SSML"),
        ("好".encode(), ("--without", "erhua"), "--without leaves out of normalised text"),
        ("好".encode(), ("--explain", "--stage", "normalize"), "--explain shows every stage"),
        ("好".encode(), ("--lexicon", "none.tsv"), "cannot read the lexicon none.tsv"),
    ],
)
def test_mistakes_are_one_line_with_their_place(stdin: bytes, arguments: tuple[str, ...], message: str) -> None:
    code, said = run(stdin, *arguments)
    assert code == 2
    assert said.startswith(message)
    assert "\n" not in said.strip()
