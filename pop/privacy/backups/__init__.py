"""Encrypted backups of the database, which only people who are elsewhere can open."""
