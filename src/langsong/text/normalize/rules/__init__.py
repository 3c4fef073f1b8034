"""The rules of normalisation in the order of their application.

A character belongs to the first rule that takes it, so what is most particular comes first: addresses and
telephone numbers hold digits, hyphens and dots that would else be numbers, ranges and decimals; identifiers
are known by their labels; dates, times and scores use the same marks and are told apart by form and context;
then what a unit or a currency settles. Mathematics needs the numbers around its signs as they are written, so
it comes before all that reads plain numbers. Whatever number is left is read by its neighbours, and signs come
last, when they can see what was read around them.
"""

from __future__ import annotations

from langsong.text.normalize.rule import Rule
from langsong.text.normalize.rules import (
    addresses,
    codes,
    colloquial,
    dates,
    fractions,
    identifiers,
    intervals,
    marks,
    mathematics,
    measures,
    money,
    names,
    ordinals,
    percent,
    places,
    powers,
    quantities,
    resolutions,
    romans,
    scores,
    standards,
    telephone,
    temperature,
    times,
    versions,
    years,
)

NUMBER_RULES: tuple[Rule, ...] = (
    *identifiers.PLATES,
    *standards.RULES,
    *telephone.RULES,
    *identifiers.RULES,
    quantities.SPACED,
    *places.RULES,
    *names.RULES,
    *versions.RULES,
    *resolutions.RULES,
    *ordinals.LABELS,
    *mathematics.RULES,
    times.SPLIT,
    *scores.RULES,
    *times.RULES,
    *money.RULES,
    *percent.RULES,
    *temperature.RULES,
    *colloquial.RULES,
    years.DECADE,
    *measures.RULES,
    *powers.RULES,
    *dates.RULES,
    *years.RULES,
    *fractions.RULES,
    *ordinals.RULES,
    *codes.RULES,
    *quantities.RULES,
)
"""What only a text with digits (or signs that stand for numbers) needs."""
BEFORE_NUMBERS: tuple[Rule, ...] = addresses.RULES
AFTER_NUMBERS: tuple[Rule, ...] = (*intervals.RULES, *measures.BARE, *romans.RULES, *marks.RULES)
