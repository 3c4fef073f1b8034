"""Which syllables Mandarin has, as people write them."""

from __future__ import annotations

_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u iao",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve ue",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve ue",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un v van ve vn",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un v van ve vn",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un v van ve vn",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a ai an ang ao e i in ing o ong ou u uan ue un v van ve vn",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
_INTERJECTIONS = frozenset(["m", "n", "ng", "hm", "hng", "ê"])


def is_syllable(letters: str) -> bool:
    """Whether these are a syllable without its tone, also with an erhua ending: ``huar``, ``lv``, ``lü``."""
    plain = letters.replace("ü", "v").replace("u:", "v")
    if plain in SYLLABLES or plain in _INTERJECTIONS:
        return True
    return plain.endswith("r") and plain[:-1] in SYLLABLES - {"er"}


def syllables_in(letters: str) -> tuple[str, ...] | None:
    """A name in pinyin without tones as its syllables, each as long as it can be; None: it is no pinyin."""
    starts: dict[int, tuple[str, ...]] = {0: ()}
    for start in range(len(letters)):
        if start in starts:
            for end in range(start + 1, min(start + 6, len(letters)) + 1):
                if letters[start:end] in SYLLABLES:
                    found = (*starts[start], letters[start:end])
                    if end not in starts or len(found) <= len(starts[end]):
                        starts[end] = found
    return starts.get(len(letters))
