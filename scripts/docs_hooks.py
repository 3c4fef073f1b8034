"""What mkdocs needs so that pages written for GitHub are pages of the site as well."""

from __future__ import annotations

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

LANGUAGE_LINK = re.compile(r"^\[(English|中文)\]\([\w-]+(\.zh-CN)?\.md\)\n", re.MULTILINE)
"""The line that leads to the other language on GitHub; the site has a menu for that."""
TRANSLATION = re.compile(r"\(([\w-]+)\.zh-CN\.md(#[^)]*)?\)")
OUTSIDE = re.compile(r"\]\(\.\./([^)]+)\)")


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Within a language, pages have the same names; what lies outside the documentation is on GitHub."""
    markdown = LANGUAGE_LINK.sub("", markdown)
    markdown = TRANSLATION.sub(r"(\1.md\2)", markdown)
    return OUTSIDE.sub(rf"]({config.repo_url}/blob/main/\1)", markdown)
