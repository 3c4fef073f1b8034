"""Measuring speed and quality."""
