"""Measurements: ``python -m bench``; never part of a test."""
