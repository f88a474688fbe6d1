"""The form `lines`, open in two versions, as exports have it."""

from __future__ import annotations

from tests.surveys.exporting.conftest import data_dir, lines

__all__ = ["data_dir", "lines"]
