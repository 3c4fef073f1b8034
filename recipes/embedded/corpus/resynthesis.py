"""python -m corpus.resynthesis OUT --voices langsong langsong:fast: vocoders judged by held-out clips of the teacher.

Each clip's own mel goes through a voice's vocoder, and what comes is compared with the clip: PESQ (ITU-T P.862.2, wide
band) and STOI, at 16 kHz, and how periodic both are. What is more periodic than the clip buzzes.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pesq import pesq
from pystoi import stoi

from langsong.audio.resample import resample
from langsong.engine.synthesizer import Synthesizer
from langsong.engine.vocoding import Vocoding
from langsong.train.corpus_format import Corpus
from langsong.types import Float32

from .prepare import PARTS

CLIPS = 30
EVERY = 4
"""Held-out clips are taken so far apart, so that there are all speakers and styles."""
JUDGED_HZ = 16000
PITCH_HZ = (70.0, 400.0)


def peak_prominence(audio: Float32, sample_rate: int) -> float:
    """Height of the cepstral peak above the mean cepstrum between `PITCH_HZ`, dB, of the louder half of all frames
    (cf. Hillenbrand et al. 1994)."""
    size = 1024
    frames = np.lib.stride_tricks.sliding_window_view(audio, size)[::256] * np.hanning(size)
    power = np.square(frames).mean(1)
    spectra = 20 * np.log10(np.abs(np.fft.rfft(frames[power > np.median(power)], 2 * size)) + 1e-6)
    low, high = (int(sample_rate / hertz) for hertz in reversed(PITCH_HZ))
    cepstra: npt.NDArray[np.float64] = np.fft.irfft(spectra)[:, low:high]
    return float((cepstra.max(1) - cepstra.mean(1)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the corpus, prepared")
    parser.add_argument("--voices", nargs="+", default=["langsong", "langsong:fast"])
    arguments = parser.parse_args()
    corpus = Corpus.open(arguments.out / PARTS["held_out.jsonl"])
    rate = corpus.description.audio.sample_rate
    clips = [*itertools.islice((*corpus.train, *corpus.valid), 0, EVERY * CLIPS, EVERY)]
    print("| vocoder of | PESQ | STOI | cepstral peak, dB | of the clips, dB |\n|---|---|---|---|---|")
    for name in arguments.voices:
        synthesizer = Synthesizer.open(name, threads=1)
        vocoding = Vocoding(synthesizer.voice.manifest, synthesizer.runtime)
        scale = synthesizer.voice.manifest.mel_to_vocoder  # which the vocoding undoes
        rows = []
        for clip in clips:
            features = corpus.features(clip)
            sound = features.audio.astype(np.float32) / 32768
            mel = features.mel if scale is None else (features.mel - scale.mean) / scale.std
            made = np.concatenate([*vocoding.samples(iter([mel.astype(np.float32)]), len(mel))])
            pair = [audio[: min(len(sound), len(made))] for audio in (sound, made)]
            judged = [resample(audio, rate, JUDGED_HZ) for audio in pair]
            peaks = [peak_prominence(audio, rate) for audio in pair]
            rows.append([pesq(JUDGED_HZ, *judged, "wb"), stoi(*judged, JUDGED_HZ), peaks[1], peaks[0]])
        means = np.mean(rows, 0)
        print(f"| {name} | {means[0]:.2f} | {means[1]:.3f} | {means[2]:.2f} | {means[3]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
