"""Why a form is refused: codes that never change, and where in the workbook the reason stands."""

from __future__ import annotations

from dataclasses import dataclass

# Every code, with what it is about; docs/look-up/forms.md lists them (a test compares).
CODES: dict[str, str] = {
    "file_type": "the file is neither an .xlsx workbook nor a Markdown (.md) form",
    "file_corrupt": "the file cannot be read",
    "file_too_large": "the file, or what it unpacks to, is larger than a form ever is",
    "file_encrypted": "the workbook is protected by a password",
    "file_macros": "the workbook holds macros or other active content",
    "file_hostile": "the workbook holds document type declarations or links to other files",
    "sheet_unknown": "a sheet that is not supported, and whose name does not begin with _",
    "sheet_missing": "a sheet that every form needs is missing",
    "column_duplicate": "two columns of a sheet have the same name",
    "column_unknown": "a column that is not supported",
    "setting_unsupported": "a setting that is not supported",
    "type_unsupported": "a type of question that is not supported",
    "appearance_unsupported": "an appearance that changes what a question means",
    "parameter_unsupported": "a parameter of a question that is not supported",
    "media_unsupported": "a picture, sound or film in a label, or one that the form brings along as an answer",
    "external_data": "choices or data that are not in the form itself",
    "encryption_unsupported": "a form that asks for encrypted answers",
    "language_without_tag": "a language without its BCP 47 tag, as in “English (en)”",
    "untranslated": "a text that is missing in a declared language",
    "choices_unusable": "a list of choices with blanks in a name, or with one name twice",
    "expression_unreadable": "an expression that cannot be read",
    "expression_too_long": "an expression that is too long",
    "expression_too_deep": "an expression that is nested too deeply",
    "expression_types": "an expression that counts or adds up what is not a question",
    "axis_unsupported": "a step of a path that is not supported",
    "function_unknown": "a function that is not supported",
    "function_arguments": "a function with the wrong arguments",
    "regex_unusable": "a pattern that cannot be read, or that may never end",
    "reference_unknown": "an expression that names a question that the form does not have",
    "cycle": "questions whose answers depend on each other in a circle",
    "form_invalid": "what the form compiler refuses",
}


_LONGEST = 600


@dataclass(frozen=True)
class Reason:
    """One reason. `row` is 1-based and counts the header; `column` is the header of the column; `said` is English."""

    code: str
    sheet: str | None
    row: int | None
    column: str | None
    said: str

    def __str__(self) -> str:
        place = [self.sheet] if self.sheet else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        line = f"{', '.join(place)}: {self.said}" if place else self.said
        # A reason quotes what stands in a stranger's file: it stays one line that cannot steer a terminal.
        return "".join(sign if sign.isprintable() else "·" for sign in line)[:_LONGEST]


class RefusedFormError(Exception):
    """A form that cannot be used; it says all its reasons at once, in the order of the workbook."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("; ".join(str(reason) for reason in reasons))
        self.reasons = reasons


def refused(
    code: str, said: str, *, sheet: str | None = None, row: int | None = None, column: str | None = None
) -> RefusedFormError:
    """Return the error of one reason."""
    return RefusedFormError((Reason(code, sheet, row, column, said),))
