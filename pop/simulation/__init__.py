"""Invented children and counsellors who talk over the real doors of a running server: for demos, load and tests."""
