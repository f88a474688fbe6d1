"""The one place where a form's file becomes a form: whatever keeps or checks forms asks here."""

from __future__ import annotations

from pop.surveys.forms.loading import Form, load


def compile_form(name: str, data: bytes) -> Form:
    """Return the form of an XLSForm file (`name` tells the kind by its ending). Raises RefusedFormError."""
    return load(name, data)
