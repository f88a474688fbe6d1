"""`pop survey check`: whether forms can be used, without keeping anything."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from pop.surveys.forms.loading import load
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.forms.workbooks import check_size


def check(arguments: argparse.Namespace) -> int:
    """Print one line for each form that is ok, and one for each reason against one that is not; 1 if any is not."""
    code = 0
    for name in arguments.files:
        reasons = list(_reasons(Path(name)))
        code = 1 if reasons else code
        for line in [f"refused: {reason}" for reason in reasons] or ["ok"]:
            print(f"{name}: {line}", flush=True)
    return code


def _reasons(path: Path) -> Iterator[str]:
    """Yield why the form in a file cannot be used."""
    try:
        check_size(path.stat().st_size)
        load(path.name, path.read_bytes())
    except OSError as error:
        yield f"the file cannot be read: {error.strerror}"
    except RefusedFormError as refusal:
        yield from map(str, refusal.reasons)
