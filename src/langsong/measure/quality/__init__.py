"""Intelligibility, by machines."""
