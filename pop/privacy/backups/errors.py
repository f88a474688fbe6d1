"""What goes wrong with backups."""

from __future__ import annotations


class BackupError(Exception):
    """A backup cannot be made, opened or put back; the text says why and what to do, and holds no content or key."""


class FilesError(BackupError):
    """A backup of files stands where one of a database is asked for."""
