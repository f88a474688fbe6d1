"""Answers that were given elsewhere: read from exports, held against a form, and brought in with their provenance."""
