"""`pop survey export …`: what came in, as a file that is there when it is whole."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from pop.server.jobs.registering import tell_ready
from pop.server.marks import BY_MEDIA_TYPE
from pop.surveys.exporting.actions import ExportError, export

_REFUSALS = {
    "unknown_form": "no such form was loaded: `pop survey list` shows them",
    "unknown_language": "the form does not speak this language; it speaks: {about}",
    "unreadable_form": "this edition cannot read version {about} of the form any more: export it with an older one",
    "too_wide": "laid out in one row per submission it has more columns than a spreadsheet program reads: "
    "leave --flat out",
    "too_long": "{about} has more rows than a sheet can hold: take --format csv or json",
}


def export_(arguments: argparse.Namespace) -> int:
    """Write the submissions of a form to a file, and say how many."""
    target = Path(arguments.to)
    if target.is_dir() or not target.absolute().parent.is_dir():
        return _refuse(f"{target}: name a file in a folder that is there")
    if arguments.flat and arguments.format != "csv":
        return _refuse("--flat goes with --format csv")
    tell_ready()
    try:
        with tempfile.NamedTemporaryFile(dir=target.absolute().parent, prefix=".export-", delete=False) as staged:
            try:
                made = export(
                    form_id=arguments.form,
                    file_format="flat" if arguments.flat else arguments.format,
                    to=staged,
                    language=arguments.language,
                    respondents=arguments.respondents,
                )
                if made.ending == "zip" and target.suffix.lower() != ".zip":
                    return _refuse(
                        "the form has repeats, each with a file of its own: name the file .zip, or say --flat"
                    )
                staged.flush()
                if settings.DEMONSTRATION:
                    _mark(Path(staged.name), made.media_type)
                os.fsync(staged.fileno())
                os.replace(staged.name, target)
            finally:
                Path(staged.name).unlink(missing_ok=True)
    except ExportError as error:
        return _refuse(_REFUSALS[error.code].format(about=error.about))
    except OSError as error:
        return _refuse(f"{target}: {error.strerror}")
    print(f"{target}: {made.submissions} submissions")
    return 0


def _mark(file: Path, media_type: str) -> None:
    """Let a file of invented answers say that they are."""
    file.write_bytes(BY_MEDIA_TYPE[media_type.partition(";")[0]](file.read_bytes()))


def _refuse(said: str) -> int:
    print(f"pop survey export: {said}", file=sys.stderr)
    return 1
