"""The public face: text in, speech out."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from langsong.bundle.store import cache_home, find_voice
from langsong.bundle.voice import Voice
from langsong.errors import LangsongError
from langsong.text.document import Passage
from langsong.text.frontend import Frontend
from langsong.text.lexicon import UserLexicon
from langsong.text.units import format_units
from langsong.types import AudioChunk, Float32, Unit, Utterance, join_chunks

from .cache import LruCache
from .device import Placement, place
from .emotion_chat import configured_describer
from .emotion_recording import Recording
from .emotion_reference import EmotionListener, Heard
from .many import BUCKETS, in_buckets, in_groups, in_order
from .options import SynthesisOptions
from .pipeline import Pipeline, Speech
from .resolve import ResolvedOptions, resolve
from .runtime.base import Runtime
from .script import text_parts
from .stream import Joiner, Part

DEFAULT_CACHE_BYTES = 16 << 20


class Synthesizer:
    """Speaks with one voice. Thread-safe; graphs are loaded when first needed.

    >>> synthesizer = Synthesizer.open()
    >>> audio = synthesizer.say("今天天气真好。", emotion="happy")
    """

    def __init__(
        self,
        voice: Voice,
        runtime: Runtime,
        placement: Placement,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        lexicon: UserLexicon | None = None,
        heard_folder: str | os.PathLike[str] | None = None,
        batch: int = 1,
    ) -> None:
        self.voice = voice
        self.batch = batch
        self.placement = placement
        self.runtime = runtime
        self._frontend = Frontend(voice.manifest.conventions, lexicon)
        self._pipeline = Pipeline(voice, runtime)
        self._cache: LruCache[tuple[tuple[Float32, ...], Speech]] = LruCache(cache_bytes)
        self._describer = configured_describer()
        self._heard_folder = heard_folder
        self._listener: EmotionListener | None = None
        self._listening = threading.Lock()

    @classmethod
    def open(
        cls,
        voice: str | os.PathLike[str] | Voice | None = None,
        *,
        runtime: str = "auto",
        device: str = "auto",
        precision: str = "auto",
        threads: int | None = None,
        max_vram: float | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        lexicon: str | os.PathLike[str] | UserLexicon | None = None,
        heard_folder: str | os.PathLike[str] | None = None,
        batch: int = 1,
    ) -> Synthesizer:
        """Open a voice.

        Args:
            voice: name of an installed voice, path of a bundle, or an opened `Voice`; None = the embedded one.
            runtime: "auto", "openvino" (CPU, without torch) or "torch".
            device: "auto", "cpu", "cuda", "cuda:N" or "mps".
            precision: "auto", "f32", "bf16" or "f16".
            threads: of one graph at a time; None = one per core.
            max_vram: GB (10⁹ bytes) of a GPU's memory that this voice may take; None = any.
            cache_bytes: how much finished speech to keep for repeated sentences; 0 = none.
            lexicon: readings of your own, or a TSV or YAML file of them (docs/text.md).
            heard_folder: where to keep what reference recordings feel, from one process to the next; None = nowhere.
            batch: sentences of about the same length whose frames are computed together, of what is not for a
                listener; the result is that of 1 within rounding. It pays where frames are fed back one by one.

        Raises:
            VoiceNotFound, BundleError: the voice cannot be used.
            OptionError: the device, the runtime or the lexicon cannot be used.
            MissingExtra: the runtime is not installed.
        """
        own = lexicon if lexicon is None or isinstance(lexicon, UserLexicon) else UserLexicon.load(Path(lexicon))
        opened = voice if isinstance(voice, Voice) else find_voice(voice)
        placed = place(runtime, device, precision, threads, max_vram)
        placement = placed.for_vocoder(bears_half=opened.manifest.vocoder.bears_half)
        return cls(opened, _build_runtime(opened, placement), placement, cache_bytes, own, heard_folder, batch)

    @property
    def sample_rate(self) -> int:
        """The voice's own, in Hz."""
        return self.voice.manifest.audio.sample_rate

    def preload(self) -> None:
        """Begin to load the graphs in the background, while something else is being done."""
        threading.Thread(target=self._preload, name="langsong-preload").start()

    def _preload(self) -> None:
        with contextlib.suppress(LangsongError):  # the request that needs the graph will say it
            self.runtime.preload()

    @property
    def cache_lookups(self) -> tuple[int, int]:
        """How often a sentence was found among those spoken before, and how often not."""
        return self._cache.hits, self._cache.misses

    def prepare(self) -> None:
        """Load everything now, so that the first request is as fast as later ones."""
        for _ in self.stream("你好。"):
            pass

    def stream(
        self,
        text: str | Sequence[Passage],
        options: SynthesisOptions | None = None,
        *,
        early: bool = True,
        **changes: Any,
    ) -> Iterator[AudioChunk]:
        """Speak, in chunks as soon as they are computed.

        Args:
            text: of any length, plain, with the marks of docs/text.md, or SSML; or the passages of a script
                (`langsong.text.script.parse_script`).
            options: what the request wants.
            early: begin each sentence with a short chunk, for listeners; without, chunks are long, which costs
                least, for files.
            **changes: fields of `SynthesisOptions`, over `options`.

        Raises:
            TextError: the text cannot be read; raised at the call, as far as the first sentence shows it.
            OptionError: an option is unknown, out of range or beyond the voice; raised at the call.
        """
        return self._stream_text(text, self._resolve(options, changes), early=early)

    def say(self, text: str | Sequence[Passage], options: SynthesisOptions | None = None, **changes: Any) -> AudioChunk:
        """Speak all of it; arguments and errors as for `stream`."""
        resolved = self._resolve(options, changes)
        return join_chunks(list(self._stream_text(text, resolved, early=False)), resolved.sample_rate)

    def say_many(
        self,
        texts: Iterable[str],
        options: SynthesisOptions | None = None,
        *,
        workers: int = 2,
        **changes: Any,
    ) -> Iterator[AudioChunk]:
        """Speak several texts at once, in `workers` threads; results come in the order of the texts."""
        return self._say_each(texts, self._resolve(options, changes), workers)

    def _say_each(self, texts: Iterable[str], options: ResolvedOptions, workers: int) -> Iterator[AudioChunk]:
        groups = in_groups(texts, 1 if self.batch == 1 else BUCKETS * self.batch)
        for group in in_order(lambda texts: self._say_group(texts, options), groups, workers):
            for said in group:
                if isinstance(said, LangsongError):
                    raise said
                yield said

    def _say_group(self, texts: Sequence[str], options: ResolvedOptions) -> list[AudioChunk | LangsongError]:
        """Speak texts together; what is wrong with one is its result."""
        if len(texts) == 1:
            try:
                return [join_chunks(list(self._stream_text(texts[0], options, early=False)), options.sample_rate)]
            except LangsongError as error:
                return [error]
        try:
            parts = [list(text_parts(t, self._frontend, options, self.voice.manifest, self._describer)) for t in texts]
            spoken = self._spoken(itertools.chain.from_iterable(parts), early=False)
            rendered = (self._render(itertools.islice(spoken, len(own)), options.sample_rate) for own in parts)
            return [join_chunks(list(chunks), options.sample_rate) for chunks in rendered]
        except LangsongError:
            return [said for text in texts for said in self._say_group([text], options)]

    def stream_units(
        self, units: Iterable[tuple[Unit, ...]], options: SynthesisOptions | None = None, **changes: Any
    ) -> Iterator[AudioChunk]:
        """Speak lines of units as they stand: nothing is trimmed and no silence is added.

        Speaker and emotion are those of the units; units without a speaker get the options' or the voice's.
        """
        resolved = self._resolve(options, changes).model_copy(update={"sentence_pause": None, "emotion": None})
        lines = (
            tuple(u if u.speaker else replace(u, speaker=resolved.speaker.main) for u in line) for line in units if line
        )
        parts = (Part(Utterance("", "", (), line, (None,) * len(line)), resolved) for line in lines)
        return self._render(self._spoken(parts, early=True), resolved.sample_rate)

    def hear(self, recording: Recording) -> Heard:
        """The emotion of a recording, by the voice's own encoder or else (without a row) the embedded voice's.

        Raises:
            AudioError: it has no speech, or too little.
            OptionError: neither voice has an encoder.
        """
        with self._listening:
            if self._listener is None:
                able = self.voice if self.voice.manifest.reference else find_voice(None)
                runtime = self.runtime if able is self.voice else _build_runtime(able, self.placement)
                self._listener = EmotionListener(able, runtime, self._heard_folder)
            own = self._listener.voice is self.voice
        heard = self._listener.hear(recording)
        return heard if own else replace(heard, row=None)

    def _resolve(self, options: SynthesisOptions | None, changes: dict[str, Any]) -> ResolvedOptions:
        merged = {**(dict(options) if options else {}), **changes}
        wanted = SynthesisOptions.parse(merged, local=True)
        heard = self.hear(wanted.reference_audio) if wanted.reference_audio is not None else None
        return resolve(wanted, self.voice.manifest, heard=heard, describer=self._describer)

    def _stream_text(
        self, text: str | Sequence[Passage], options: ResolvedOptions, *, early: bool
    ) -> Iterator[AudioChunk]:
        parts = text_parts(text, self._frontend, options, self.voice.manifest, self._describer)
        first = next(parts)
        return self._render(self._spoken(itertools.chain([first], parts), early=early), options.sample_rate)

    def _render(self, spoken: Iterator[tuple[Part, Speech | None]], sample_rate: int) -> Iterator[AudioChunk]:
        joiner = Joiner(self.sample_rate, sample_rate)
        missing_s = 0.0  # of the last sentence's pause; nothing follows the last one of all
        for part, speech in spoken:
            yield from joiner.silence(missing_s)
            missing_s = 0.0
            if part.utterance is None or speech is None:
                yield from joiner.silence(part.pause_s)
                continue
            missing_s = max((part.options.sentence_pause or 0.0) - speech.pause_s, 0.0)
            gain = np.float32(10 ** (part.options.volume / 20))
            joiner.expect(speech.words)
            joiner.tell(part.options.notices)
            text = part.utterance.text
            for piece in speech.pieces:
                yield from joiner.add(piece * gain, text)
                text = ""
            yield from joiner.silence(part.pause_s)
        yield from joiner.finish()

    def _spoken(self, parts: Iterator[Part], *, early: bool) -> Iterator[tuple[Part, Speech | None]]:
        """Each part with its speech, whose samples are computed when they are read."""
        together = 1 if early or self.batch == 1 else BUCKETS * self.batch
        for group in in_groups(parts, together):
            speeches = [self._cached(part, early) for part in group]
            missing = [i for i, part in enumerate(group) if part.utterance is not None and speeches[i] is None]
            said = [(i, utterance, group[i].options) for i in missing if (utterance := group[i].utterance) is not None]
            for bucket in in_buckets([len(utterance.units) for _, utterance, _ in said], self.batch):
                wanted = [said[n][1:] for n in bucket]
                for n, speech in zip(bucket, self._pipeline.speak(wanted, early=early), strict=True):
                    speeches[said[n][0]] = self._keeping(group[said[n][0]], speech, early)
            yield from zip(group, speeches, strict=True)

    def _key(self, part: Part, early: bool) -> tuple[object, ...]:
        options, utterance = part.options, part.utterance
        return (
            self.voice.fingerprint,
            self.runtime.description,
            format_units(utterance.units) if utterance is not None else "",
            utterance.emphases if utterance is not None else (),
            options.speaker,
            options.emotion,
            options.intensity,
            options.speed,
            options.pitch,
            options.pitch_range,
            options.energy,
            options.sentence_pause,
            early,
        )

    def _cached(self, part: Part, early: bool) -> Speech | None:
        """Speech of a part that was spoken before."""
        if part.utterance is None or (kept := self._cache.get(self._key(part, early))) is None:
            return None
        pieces, speech = kept
        return replace(speech, pieces=iter(pieces))

    def _keeping(self, part: Part, speech: Speech, early: bool) -> Speech:
        """The same, kept for later when all of it has been read."""

        def keeping() -> Iterator[Float32]:
            pieces = []
            for piece in speech.pieces:
                pieces.append(piece.copy())  # it is cut out of a longer window, which need not stay
                yield piece
            spent = replace(speech, pieces=iter(()))
            self._cache.put(self._key(part, early), (tuple(pieces), spent), sum(p.nbytes for p in pieces))

        return replace(speech, pieces=keeping())


def _graph_cache(voice: Voice) -> Path | None:
    """Folder for the voice's compiled graphs; None where none can be made."""
    folder = cache_home() / "graphs" / f"{voice.name.replace(':', '-')}-{voice.fingerprint}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _build_runtime(voice: Voice, placement: Placement) -> Runtime:
    if placement.runtime == "openvino":
        from .runtime.openvino import OpenVinoRuntime

        feedback = voice.manifest.acoustic.feedback == "previous_frame"
        stepwise = frozenset({"duration", "decoder"} if feedback else {"duration"})
        return OpenVinoRuntime(voice.graph_paths, placement.threads, placement.precision, stepwise, _graph_cache(voice))
    from langsong.bundle.models import load_acoustic, load_reference, load_vocoder

    from .runtime.torch import LazyVocoder, TorchRuntime

    return TorchRuntime(
        load_acoustic(voice),
        LazyVocoder(voice.manifest.vocoder, partial(load_vocoder, voice)),
        placement.device,
        placement.precision,
        placement.threads,
        partial(load_reference, voice) if voice.manifest.reference else None,
        placement.max_memory,
    )
