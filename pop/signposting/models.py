"""Signposting keeps no tables: it answers from the signed snapshot."""
