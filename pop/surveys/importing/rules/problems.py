"""What is wrong with a file, a mapping or a row: codes that never change, and the place. Never what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Of the whole file: nothing of it is read.
OF_FILES = (
    "file_type",
    "file_old_xls",
    "file_ods",
    "file_corrupt",
    "file_too_large",
    "file_encrypted",
    "file_macros",
    "file_hostile",
    "file_empty",
    "file_encoding",
    "file_encoding_unknown",
    "file_delimiter",
    "file_control_characters",
    "too_many_rows",
    "too_many_columns",
    "header_missing",
    "header_blank",
    "header_duplicate",
    "header_too_long",
    "merged_cells",
    "hidden_rows",
    "hidden_columns",
    "files_in_archive",
)
# Of a mapping, by itself or held against a file.
OF_MAPPINGS = (
    "mapping_unreadable",
    "mapping_name",
    "mapping_setting",
    "column_not_mapped",
    "column_missing",
    "column_twice",
    "sheet_not_mapped",
    "sheet_missing",
    "no_such_question",
    "not_answerable",
    "not_a_repeat",
    "no_such_choice",
    "no_choices_here",
    "no_parts_here",
    "question_twice",
    "in_a_repeat",
    "constant_unfit",
    "constant_without_reason",
    "no_parent",
    "no_key",
    "form_unusable",
)
# Of one row: it stays behind.
OF_ROWS = (
    "cell_error",
    "formula_without_value",
    "too_many_cells",
    "bad_number",
    "bad_date",
    "bad_time",
    "bad_datetime",
    "bad_place",
    "off_scale",
    "unknown_choice",
    "ambiguous_choice",
    "too_long",
    "shortened_number",
    "not_asked",
    "not_offered",
    "no_such_row",
    "rows_differ",
    "too_many_rows_inside",
    "bad_id",
    "id_twice",
    "bad_moment",
    "other_answers",
    "answers_too_large",
    "parent_missing",
    "key_twice",
    "engine_failed",
)
CODES = (*OF_FILES, *OF_MAPPINGS, *OF_ROWS)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `row` counts as the sheet does; `column` is a header; `name` is a question, a setting,
    a kind of encoding: something of ours, of the mapping or of the header, never of an answer.
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    name: str = ""

    def plain(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        said = {"code": self.code, "sheet": self.sheet, "row": self.row, "column": self.column, "name": self.name}
        return {key: value for key, value in said.items() if value not in ("", None)}


def problem_of(plain: Mapping[str, object]) -> Problem:
    """Return what `plain` made."""
    row = plain.get("row")
    return Problem(
        str(plain.get("code", "")),
        str(plain.get("sheet", "")),
        row if isinstance(row, int) else None,
        str(plain.get("column", "")),
        str(plain.get("name", "")),
    )


class RefusedFileError(Exception):
    """A file that is not read, with every reason that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems = problems
