"""Panels of the page, one each; they hold what is shown, and hand what is told on to plain functions."""
