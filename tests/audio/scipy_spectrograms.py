"""Prints what the installed SciPy says of some signals: the oracle of test_spectrogram.py. Run by any Python that has
SciPy, and nothing of langsong.

    python tests/audio/scipy_spectrograms.py > tests/audio/data/scipy_spectrograms.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
from scipy.signal import spectrogram

CASES = [
    {"samples": 1000},
    {"samples": 1000, "nperseg": 128, "noverlap": 64, "nfft": 256},
    {"samples": 999, "nperseg": 255},
    {"samples": 700, "nperseg": 200, "noverlap": 199, "nfft": 201},
    {"samples": 600, "nperseg": 64, "noverlap": 0},
    {"samples": 256},
    {"samples": 100},
    {"samples": 17, "nperseg": 256},
    {"samples": 1},
]


def signal(samples):
    n = np.arange(samples)
    return np.sin(0.31 * n) + 0.3 * np.cos(0.0007 * n * n) + 0.25 + 0.001 * n


def main():
    rows = []
    for case in CASES:
        options = {key: value for key, value in case.items() if key != "samples"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a segment longer than the sound is shortened
            frequencies, times, power = spectrogram(signal(case["samples"]), 8000, **options)
        rows.append(
            {
                "case": case,
                "frequencies_hz": [frequencies[0], frequencies[-1], len(frequencies)],
                "times_s": [times[0], times[-1], len(times)],
                "columns": [power[:, 0].tolist(), power[:, -1].tolist()],
                "total": power.sum(),
            }
        )
    json.dump({"scipy": scipy.__version__, "numpy": np.__version__, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
