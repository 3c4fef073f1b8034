"""Texts with marks and SSML, as they are spoken."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from langsong.engine.options import SynthesisOptions
from langsong.engine.resolve import resolve
from langsong.engine.script import CLAUSE_PAUSE_S, text_parts
from langsong.engine.stream import Part
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import OptionError, TextError
from langsong.text.frontend import Frontend
from langsong.text.lexicon import UserLexicon

Speaker = Callable[..., Synthesizer]


def parts(synthesizer: Synthesizer, text: str, **options: object) -> list[Part]:
    manifest = synthesizer.voice.manifest
    resolved = resolve(SynthesisOptions.parse(options), manifest)
    return list(text_parts(text, Frontend(manifest.conventions), resolved, manifest))


def said(part: Part) -> str:
    return part.utterance.text if part.utterance else ""


def test_a_pause_is_as_long_as_it_says(speaker: Speaker) -> None:
    synthesizer = speaker("base")
    rate = synthesizer.sample_rate
    first, second = synthesizer.say("你好", sentence_pause=0), synthesizer.say("再见", sentence_pause=0)
    whole = synthesizer.say("[停顿 200ms]你好[停顿 0.5s]再见[停顿 300ms]", sentence_pause=0)
    silences = [round(seconds * rate) for seconds in (0.2, 0.5, 0.3)]
    assert len(whole.samples) == sum(silences) + len(first.samples) + len(second.samples)
    start = silences[0] + len(first.samples)
    np.testing.assert_allclose(whole.samples[silences[0] : start], first.samples, atol=1e-6)
    assert not whole.samples[start : start + silences[1]].any()
    assert not whole.samples[: silences[0]].any()
    assert not whole.samples[-silences[2] :].any()
    assert [word.text for word in whole.words] == ["你好", "再见"]


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("你好。再见。", [0.6, 0.6]),
        ("你好[停顿 1s]再见", [0.0, 0.6]),
        ("你好，[停顿 1s]再见", [CLAUSE_PAUSE_S, 0.6]),
        ("你好。[停顿 1s]再见", [0.6, 0.6]),
        ("<speak>你好<emotion category='sad'>再见</emotion></speak>", [0.0, 0.6]),
        ("<speak><s>你好</s><s>再见</s></speak>", [0.6, 0.6]),
    ],
)
def test_only_ends_of_sentences_have_the_pause_of_a_sentence(
    embedded: Synthesizer, text: str, pauses: list[float]
) -> None:
    assert [part.options.sentence_pause for part in parts(embedded, text, sentence_pause=0.6)] == pauses


def test_a_long_sentence_is_not_torn_apart(embedded: Synthesizer) -> None:
    """It is spoken in several parts, with a comma's pause between them."""
    found = parts(embedded, "我们" + "今天去公园散步，" * 20 + "再见。", sentence_pause=0.6)
    assert len(found) > 2
    assert {part.options.sentence_pause for part in found[:-1]} == {CLAUSE_PAUSE_S}
    assert found[-1].options.sentence_pause == 0.6


def test_styles_come_on_top_of_the_request(embedded: Synthesizer) -> None:
    ssml = (
        "<speak rate='1.5'>一"
        "<voice name='songbai'>二</voice>"
        "<emotion category='Sad' intensity='0.5'>三</emotion>"
        "<prosody pitch='+2st' volume='-6dB'>四</prosody></speak>"
    )
    found = parts(embedded, ssml, speaker="lingxi", emotion="happy", speed=0.8, pitch=-1, volume=3, intensity=1.5)
    assert [said(part) for part in found] == ["一", "二", "三", "四"]
    seen = [part.options for part in found]
    assert [o.speaker.main for o in seen] == ["lingxi", "songbai", "lingxi", "lingxi"]
    assert [o.emotion.category for o in seen if o.emotion] == ["happy", "happy", "sad", "happy"]
    assert [o.intensity for o in seen] == [1.5, 1.5, 0.5, 1.5]
    assert [o.speed for o in seen] == pytest.approx([1.2] * 4)
    assert [o.pitch for o in seen] == pytest.approx([-1, -1, -1, 1])
    assert [o.volume for o in seen] == pytest.approx([3, 3, 3, -3])
    units = [part.utterance.units[0] for part in found if part.utterance]
    assert [(u.speaker, u.emotion) for u in units] == [(o.speaker.main, o.category) for o in seen]


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        ("<speak>好<voice name='nobody'>好</voice></speak>", {}, OptionError, "no speaker 'nobody'"),
        ("<speak>好<emotion category='bored'>好</emotion></speak>", {}, OptionError, "no emotion 'bored'"),
        ("<speak rate='4'>好</speak>", {"speed": 2}, OptionError, "speed = 8.0"),
        ("<speak>好", {}, TextError, "line 1, column"),
        ("<speak> </speak>", {}, TextError, "nothing to read"),
        ("[停顿 1s]", {}, TextError, "nothing to read"),
        ("好[停顿 99s]", {}, TextError, "up to 10 s"),
    ],
)
def test_mistakes_are_refused_at_the_call(
    embedded: Synthesizer, text: str, options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        embedded.stream(text, **options)


def test_a_byte_voice_speaks_marks_as_they_stand(speaker: Speaker) -> None:
    synthesizer = speaker("bytes")
    (part,) = parts(synthesizer, "hello [pause 1s] {ni3}")
    assert said(part) == "hello [pause 1s] {ni3}"


def test_ones_own_lexicon_is_heard(embedded: Synthesizer) -> None:
    own = Synthesizer(
        embedded.voice, embedded.runtime, embedded.placement, lexicon=UserLexicon.parse("银行\tyin2 xing2")
    )
    phones = [phone.phone for word in own.say("银行").words for phone in word.phones]
    assert phones != [phone.phone for word in embedded.say("银行").words for phone in word.phones]
    np.testing.assert_array_equal(own.say("银行").samples, embedded.say("银行{yin2 xing2}").samples)
