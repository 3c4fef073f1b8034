"""The neutral tone where a rule gives it, after the dictionary gave what it knows.

The words come from the standard's list of words that must have it (普通话水平测试必读轻声词语表) and from what
Xiandai Hanyu Cidian marks so; the rules are those of the textbooks on that list: suffixes, particles, aspect
marks, doubled kin terms and verbs, localizers after nouns, directions after verbs. Rules are conservative:
where dictionaries print the full tone, it stays.
"""

from __future__ import annotations

from langsong.text.neutral_doubled import apply_doubled
from langsong.text.neutral_places import apply_directions, apply_localizers
from langsong.text.neutral_suffixes import apply_suffixes
from langsong.text.neutral_words import apply_words
from langsong.text.stretch import Stretch


def apply(stretch: Stretch) -> None:
    """Make syllables of `stretch` neutral, and those full that a word before 儿 or in another meaning has so."""
    apply_words(stretch)
    apply_doubled(stretch)
    apply_suffixes(stretch)
    apply_localizers(stretch)
    apply_directions(stretch)
