"""Every form that we ship or test with, as XLSForm."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from pop.registry.mapping import instruments
from pop.surveys.forms.loading import Form, load

HERE = Path(__file__).parent
FOLDERS = (HERE / "forms", HERE.parent / "forms" / "forms")


@dataclass(frozen=True)
class Sample:
    """One form: `name` as a test is called, `path` of the Markdown, or None for one of the four instruments."""

    name: str
    path: Path | None

    @property
    def file(self) -> str:
        """Return the name of the file that it is loaded from."""
        return f"{self.name}.md"

    @property
    def source(self) -> bytes:
        """Return the XLSForm."""
        return instruments.source(self.name) if self.path is None else self.path.read_bytes()


SAMPLES = (
    *(Sample(path.stem, path) for folder in FOLDERS for path in sorted(folder.glob("*.md"))),
    *(Sample(name, None) for name in instruments.NAMES),
)


@functools.cache
def form_of(sample: Sample) -> Form:
    """Return the form, loaded once for all tests."""
    return load(sample.file, sample.source)
