"""What a form may use. Everything else is refused by name; docs/look-up/forms.md lists all of it (a test compares)."""

from __future__ import annotations

# Types of the `type` column, and the kind of question that they make.
TYPES: dict[str, str] = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "select_one": "select_one",
    "select_multiple": "select_multiple",
    "range": "range",
    "geopoint": "geopoint",
    "image": "image",
    "acknowledge": "acknowledge",
    "note": "note",
    "calculate": "calculate",
    "hidden": "hidden",
    "start": "start",
    "end": "end",
    "today": "today",
    "deviceid": "deviceid",
    "username": "username",
    "email": "email",
    "phonenumber": "phonenumber",
}
SECTIONS = frozenset({"begin_group", "end_group", "begin_repeat", "end_repeat"})

# Appearances, by the kinds that may have them. They change how a question looks, never what it means.
_GRID = frozenset({f"w{width}" for width in range(1, 11)})
_COLUMNS = frozenset({"columns", "columns-pack", *(f"columns-{count}" for count in range(1, 11))})
APPEARANCES: dict[str, frozenset[str]] = {
    "text": frozenset({"multiline"}) | _GRID,
    "select_one": frozenset({"minimal", "autocomplete", "likert", "horizontal"}) | _COLUMNS | _GRID,
    "select_multiple": frozenset({"minimal", "autocomplete", "horizontal"}) | _COLUMNS | _GRID,
    "date": frozenset({"no-calendar"}) | _GRID,
    "group": frozenset({"field-list"}) | _GRID,
    "repeat": frozenset({"field-list"}) | _GRID,
}

# Parameters of the `parameters` column, by kind.
PARAMETERS: dict[str, frozenset[str]] = {
    "range": frozenset({"start", "end", "step"}),
    "select_one": frozenset({"randomize", "seed"}),
    "select_multiple": frozenset({"randomize", "seed"}),
    "text": frozenset({"rows"}),
}

# Columns of the survey sheet; those that are texts take a language: label::English (en).
TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
COLUMNS = (
    "type",
    "name",
    *TRANSLATED,
    "relevant",
    "required",
    "constraint",
    "calculation",
    "default",
    "readonly",
    "appearance",
    "parameters",
    "choice_filter",
    "repeat_count",
    "trigger",
    "comment",
)
# Other spellings of columns that the form compiler knows.
SPELLINGS = {
    "read_only": "readonly",
    "calculate": "calculation",
    "relevance": "relevant",
    "required_msg": "required_message",
    "constraint_msg": "constraint_message",
    "caption": "label",
}
SETTINGS = (
    "form_id",
    "form_title",
    "version",
    "default_language",
    "instance_name",
    "style",
    "clean_text_values",
)
SETTING_SPELLINGS = {"id_string": "form_id", "title": "form_title"}
ENCRYPTION = frozenset({"public_key", "submission_url"})
EXTERNAL_TYPES = frozenset(
    {"select_one_from_file", "select_multiple_from_file", "select_one_external", "csv-external", "xml-external"}
)
SHEETS = frozenset({"survey", "choices", "settings"})
