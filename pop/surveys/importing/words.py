"""Words of imports, for staff and for the command line."""

from __future__ import annotations

from pop.places.words import Words

PROBLEMS = Words(
    "import_problems",
    {
        "problem_file_type": "This is no kind of file that can be brought in. Export your answers as .xlsx, as .csv, "
        "or as a .zip of .csv files.",
        "problem_file_old_xls": "This is a workbook of the old kind (.xls). Open it and save it as .xlsx.",
        "problem_file_ods": "This is an OpenDocument spreadsheet (.ods). Open it and save it as .xlsx.",
        "problem_file_corrupt": "The file is damaged or was not downloaded to its end. Export it again.",
        "problem_file_too_large": "The file is too large: {name} MB are taken, and not much more when it is unpacked. "
        "Bring the answers in several files.",
        "problem_file_encrypted": "The file is protected by a password. Save it without one.",
        "problem_file_macros": "The workbook holds macros or other active content. Save it as .xlsx without them.",
        "problem_file_hostile": "The workbook draws on other files or declares a document type. Export the answers "
        "again, values only.",
        "problem_file_empty": "There are no answers in the file: no row below the header.",
        "problem_file_encoding": "The file is not written in {name}. Say in which encoding it was saved.",
        "problem_file_encoding_unknown": "The file is not UTF-8. Say in which encoding it was saved, or save it as "
        "“CSV UTF-8”.",
        "problem_file_delimiter": "It cannot be told which sign parts the columns. Say which it is.",
        "problem_file_control_characters": "The file holds control characters: it is no text. Export it again.",
        "problem_too_many_rows": "There are more rows than one import takes: {name}. Bring them in several files.",
        "problem_too_many_columns": "There are more than {name} columns.",
        "problem_header_missing": "No sheet has a header.",
        "problem_header_blank": "A column in which something stands has no header. Write one, or empty the column.",
        "problem_header_duplicate": "Two columns have the same header. Give each its own; KoboToolbox does where you "
        "export names in the place of labels.",
        "problem_header_too_long": "The header of a column is too long.",
        "problem_merged_cells": "Cells are merged ({name}): nobody can tell to which row they belong. Unmerge them.",
        "problem_hidden_rows": "Rows are hidden (from {name} on). Show them, or delete them if they are not meant to "
        "come in.",
        "problem_hidden_columns": "Columns are hidden (from number {name} on). Show them, or delete them if they are "
        "not meant to come in.",
        "problem_files_in_archive": "The archive holds files that are no tables ({name}). Export the answers without "
        "attachments.",
        "problem_mapping_unreadable": "The mapping is no JSON that can be read.",
        "problem_mapping_name": "A mapping is called by 1 to 100 visible characters.",
        "problem_mapping_setting": "The mapping says something here that is not known: {name}.",
        "problem_column_not_mapped": "The mapping says nothing about this column. Map it, or leave it out by name.",
        "problem_column_missing": "The mapping names this column, and the file does not have it.",
        "problem_column_twice": "The mapping names this column twice, or has two columns for what can only be one.",
        "problem_sheet_not_mapped": "The mapping says nothing about this sheet. Say which repeat its rows are, or "
        "leave it out by name.",
        "problem_sheet_missing": "The mapping names this sheet, and the file does not have it.",
        "problem_no_such_question": "The form has no question {name}.",
        "problem_not_answerable": "{name} is not answered by anybody: it is worked out, shown, or a file.",
        "problem_not_a_repeat": "{name} is no repeat of the form.",
        "problem_no_such_choice": "The question has no choice {name}.",
        "problem_no_choices_here": "{name} is no question with several choices.",
        "problem_no_parts_here": "{name} is no place with latitude and longitude.",
        "problem_question_twice": "The question {name} is answered twice.",
        "problem_in_a_repeat": "{name} does not belong here: a question in a repeat needs its row, as in "
        "/data/contact[2]/number, or a sheet of its own.",
        "problem_constant_unfit": "The constant for {name} is no answer to it.",
        "problem_constant_without_reason": "The constant for {name} has no reason: say why everybody answered so.",
        "problem_no_parent": "No column of this sheet says to which row it belongs.",
        "problem_no_key": "No column says by what other sheets name a row of this one.",
        "problem_form_unusable": "The form cannot be used any more. Load it again in a new version.",
        "problem_cell_error": "The cell shows the error of a formula.",
        "problem_formula_without_value": "The cell has a formula whose value is not in the file. Open the file in a "
        "spreadsheet and save it.",
        "problem_too_many_cells": "The row has more cells than the header.",
        "problem_bad_number": "This is no number as {name} takes it.",
        "problem_bad_date": "This is no date, or not in the order that the mapping says.",
        "problem_bad_time": "This is no time of day.",
        "problem_bad_datetime": "This is no day and time.",
        "problem_bad_place": "This is no place: latitude and longitude are wanted.",
        "problem_off_scale": "The number is not on the scale of {name}.",
        "problem_unknown_choice": "{name} has no such choice. Say in the mapping which one is meant.",
        "problem_ambiguous_choice": "Several choices of {name} are called so. Say in the mapping which one is meant.",
        "problem_too_long": "The answer is too long.",
        "problem_shortened_number": "A spreadsheet has shortened a long number here, as in 2.5E+11. Export it again, "
        "or write it out.",
        "problem_not_asked": "Given the other answers, the form does not ask {name} here, and would lose this answer.",
        "problem_not_offered": "Given the other answers, the form does not offer this choice of {name}.",
        "problem_no_such_row": "Given the other answers, the form has no such row for {name}.",
        "problem_rows_differ": "The form has another number of rows in {name} than the file.",
        "problem_too_many_rows_inside": "There are more rows in {name} than a repeat takes.",
        "problem_bad_id": "The row has no usable id in the column that the mapping names.",
        "problem_id_twice": "Another row has the same id.",
        "problem_bad_moment": "This is no day and time.",
        "problem_other_answers": "Other answers are kept under this row's id, and stay as they are. If another "
        "collection counts alike, name the source in the mapping.",
        "problem_answers_too_large": "The answers of this row are too large.",
        "problem_parent_missing": "The row to which this one belongs is not in the file.",
        "problem_key_twice": "Two rows are named by the same key.",
        "problem_engine_failed": "This row could not be filled in, by a mistake of ours. Please report it; the other "
        "rows are not touched.",
        "place_sheet": "sheet {sheet}",
        "place_row": "row {row}",
        "place_column": "column {column}",
    },
)
