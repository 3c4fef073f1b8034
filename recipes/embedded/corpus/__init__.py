"""The corpus of the embedded voices: labelled Mandarin speech from a synthetic teacher (README.md)."""
