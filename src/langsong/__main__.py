"""``python -m langsong``."""

from langsong.cli.app import main

main()
