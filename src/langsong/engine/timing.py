"""When each word and phone sounds, from the model's own durations."""

from __future__ import annotations

from langsong.types import Int64, PhoneTiming, Utterance, WordTiming


def word_timings(utterance: Utterance, durations: Int64, origins: Int64, frame_s: float) -> tuple[WordTiming, ...]:
    """Times of an utterance's words, in seconds from its first frame.

    Args:
        utterance: with words; one that was given as units has no timings.
        durations: (T',) frames of each unit, filled pauses included.
        origins: (T',) index of the utterance's unit, -1 for a filled pause.
        frame_s: seconds per frame.
    """
    words: list[WordTiming] = []
    phones: list[PhoneTiming] = []
    current: int | None = None
    frame = 0

    def close() -> None:
        if current is not None:
            text = utterance.words[current].text
            words.append(WordTiming(text, phones[0].start_s, phones[-1].end_s, tuple(phones)))
            phones.clear()

    for count, origin in zip(durations.tolist(), origins.tolist(), strict=True):
        if origin >= 0:  # a filled pause may come in the middle of a word
            index = utterance.unit_words[origin]
            if index != current:
                close()
                current = index
            if index is not None:
                unit = utterance.units[origin]
                phones.append(PhoneTiming(unit.phone, unit.tone, frame * frame_s, (frame + count) * frame_s))
        frame += count
    close()
    return tuple(words)
