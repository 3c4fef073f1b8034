"""How the teacher is told what to say: the units of an utterance in its own phonetic symbols."""

from __future__ import annotations

from typing import NamedTuple

from langsong.types import Unit, Utterance

_ONSETS = {
    "b_c": "p", "p_c": "pʰ", "m_c": "m", "f_c": "f", "d_c": "t", "t_c": "tʰ", "n_c": "n", "l_c": "l", "g_c": "k",
    "k_c": "kʰ", "h_c": "x", "j_c": "ʨ", "q_c": "ʨʰ", "xx_c": "ɕ", "zh_c": "ꭧ", "ch_c": "ꭧʰ", "sh_c": "ʂ",
    "r_c": "ɻ", "z_c": "ʦ", "c_c": "ʦʰ", "s_c": "s", "ga": "", "ge": "", "go": "",
}  # fmt: skip
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n",
    "eng": "ə0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0",
    "ih": "ɨ0", "ii": "ɨ0", "in": "i0n", "ing": "i0ŋ", "io": "jɔ0", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0",
    "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0",
    "uen": "wə0n", "ueng": "wə0ŋ", "uo": "wo0", "v": "y0", "van": "ɥɛ0n", "ve": "ɥe0", "vn": "y0n",
}  # fmt: skip
_AFTER = {
    "y_c": {"a": "ja0", "ai": "jai0", "an": "jɛ0n", "ang": "ja0ŋ", "ao": "jau0", "e": "je0", "o": "jɔ0",
            "ong": "jʊ0ŋ", "ou": "jou0"},
    "w_c": {"a": "wa0", "ai": "wai0", "an": "wa0n", "ang": "wa0ŋ", "ei": "wei0", "en": "wə0n", "eng": "wə0ŋ",
            "o": "wo0"},
    "go": {"o": "ɔ0"},
}  # fmt: skip
"""Finals after y, w and a glottal onset, where pinyin spells otherwise than it sounds; 0 is the place of the tone."""

_TONES = {"tone1": "→", "tone2": "↗", "tone3": "↓", "tone4": "↘", "tone5": ""}
_GLIDES = "jwɥ"
_ERHUA = "ɚ"
_MARKS = {
    **dict.fromkeys("。.｡\n", "."),
    **dict.fromkeys("！!", "!"),
    **dict.fromkeys("？?", "?"),
    **dict.fromkeys("；;", ";"),
    **dict.fromkeys("：:", ":"),
    **dict.fromkeys("…", "…"),
    **dict.fromkeys("—–", "—"),
    **dict.fromkeys("、，,", ","),
}
"""What the teacher pauses at, the strongest first."""


class Spelling(NamedTuple):
    """Symbols of the teacher, and for each of them the index of the unit that it sounds.

    A unit may have no symbol: an onset that the final after it sounds (yi, wu, an).
    """

    symbols: str
    owners: tuple[int, ...]


def spell(utterance: Utterance) -> Spelling:
    """The symbols that make the teacher say the units of `utterance`, no more and no less.

    A break is a blank, as between words in the teacher's own training, or the punctuation that was written.

    Raises:
        ValueError: a unit that is not Mandarin.
    """
    symbols: list[str] = []
    owners: list[int] = []
    units, word = utterance.units, 0
    for index, unit in enumerate(units):
        if unit.is_break:
            last = index + 1 == len(units)
            parts = [(_pause(utterance.words[word].punctuation, int(unit.phone[1]), last), index)]
            word += 1
        elif unit.syllable == "s_begin":
            onset, final = syllable_symbols(unit, units[index + 1])
            parts = [(onset, index), (final, index + 1)]
        else:
            continue
        for text, owner in parts:
            symbols.extend(text)
            owners.extend([owner] * len(text))
    return Spelling("".join(symbols), tuple(owners))


def syllable_symbols(onset: Unit, final: Unit) -> tuple[str, str]:
    """The symbols of a syllable's two phones; those of the onset are "" where the final sounds alone.

    Raises:
        ValueError: not the two phones of a Mandarin syllable.
    """
    name = final.phone.removesuffix("_c")
    erhua = name.endswith("r") and name != "er"
    name = name[:-1] if erhua else name
    try:
        sound = _AFTER.get(onset.phone, {}).get(name) or _FINALS[name]
        start = "" if onset.phone in ("y_c", "w_c") else _ONSETS[onset.phone]
        tone = _TONES[final.tone]
    except KeyError:
        raise ValueError(f"the teacher cannot say {onset} {final}") from None
    if onset.phone in ("y_c", "w_c") and sound[0] in _GLIDES:
        start, sound = sound[0], sound[1:]
    return start, sound.replace("0", tone) + (_ERHUA if erhua else "")


def _pause(punctuation: str, level: int, last: bool) -> str:
    """The symbols of a break of a level (1-4)."""
    written = {_MARKS[mark] for mark in punctuation if mark in _MARKS}
    mark = next((mark for mark in dict.fromkeys(_MARKS.values()) if mark in written), "")
    if last:
        return mark if mark in (".", "!", "?", "…") else "."
    return f"{mark} " if level > 1 else " "
