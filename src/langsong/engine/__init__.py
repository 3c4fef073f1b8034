"""Synthesizer, runtimes, streaming, caches."""
