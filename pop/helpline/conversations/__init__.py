"""Conversations between a child and a line: sealed, durable, resumable."""
