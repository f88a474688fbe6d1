"""From a file to a form, or to the reasons why not."""

from __future__ import annotations

import copy
import io
import re
import warnings
from collections.abc import Mapping
from typing import Any

from lxml import etree
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import md_to_dict, xlsx_to_dict
from pyxform.xls2xform import convert

from pop.surveys.forms import supported
from pop.surveys.forms.definition import Form
from pop.surveys.forms.ordering import UnusableError
from pop.surveys.forms.others import translate_others
from pop.surveys.forms.reading import read_form
from pop.surveys.forms.refusals import Reason, RefusedFormError, refused
from pop.surveys.forms.sheets import Sheets, cell, split_type
from pop.surveys.forms.workbooks import check_size, check_workbook, markdown_of
from pop.surveys.forms.xpath import XPathError

__all__ = ["Form", "Reason", "RefusedFormError", "load"]

_SHEETS = ("survey", "choices", "settings")
_ROW = re.compile(r"\[row\s*:\s*(\d+)\]")
_ON_SHEET = re.compile(r"(?:on the|in the) '?(survey|choices|settings)'? sheet", re.IGNORECASE)
_ROOT = "data"


def load(name: str, data: bytes) -> Form:
    """Return the form in a file; `name` ends with .xlsx or .md and names a form that has no `form_id` of its own.

    Raises RefusedFormError with every reason that was found; nothing else is ever raised for what a file holds. The
    file is looked at before the form compiler (pyxform) sees it: size, encryption, macros, links, document types.
    Loading is slow (some 100 ms); the form is frozen and may be kept and shared between threads.
    """
    book = _book(name, data)
    sheets = Sheets(
        survey=book.get("survey") or (),
        choices=book.get("choices") or (),
        settings=book.get("settings") or (),
        names=book.get("sheet_names") or (),
    )
    sheets.check()
    if sheets.reasons:
        raise RefusedFormError(tuple(sheets.reasons))
    rows = sheets.rows_of_paths(_ROOT)
    try:
        xml = translate_others(_xform(name, book).encode(), sheets)
        kinds = {path: _kind(sheets, row) for path, row in rows.items()}
        return read_form(xml, kinds, cell(sheets.settings[0], "default_language") if sheets.settings else None)
    except UnusableError as unusable:
        error = unusable.error
        row = rows.get(unusable.path)
        said = str(error) if row is not None else f"{unusable.path}: {error}"
        raise refused(error.code, said, sheet="survey", row=row, column=unusable.column) from None
    except XPathError as error:
        raise refused(error.code, str(error)) from None
    except etree.XMLSyntaxError as error:
        raise refused("form_invalid", f"the form makes XML that cannot be read: {error.msg}") from None
    except RecursionError:
        raise refused("expression_too_deep", "the form is nested too deeply") from None


def _book(name: str, data: bytes) -> dict[str, Any]:
    """Return the sheets of a file as the form compiler takes them."""
    ending = name.lower().rpartition(".")[2]
    try:
        if ending == "md":
            return dict(md_to_dict(markdown_of(data)))
        if ending != "xlsx":
            raise refused("file_type", f"“.{ending[:20]}” is no kind of form: it must be .xlsx or .md")
        check_size(len(data))
        check_workbook(data)
        with warnings.catch_warnings():  # of what a workbook holds besides its cells: drop-downs, colours
            warnings.simplefilter("ignore")
            return dict(xlsx_to_dict(io.BytesIO(data)))
    except RefusedFormError:
        raise
    except PyXFormError as error:
        said = str(error)
        code = "column_duplicate" if "Duplicate column" in said else "file_corrupt"
        raise refused(code, said) from None
    except Exception as error:  # whatever a library finds wrong with a stranger's file
        raise refused("file_corrupt", f"the file cannot be read ({type(error).__name__})") from None


def _xform(name: str, book: Mapping[str, Any]) -> str:
    stem = re.sub(r"[^\w.-]", "_", name.rpartition(".")[0] or name) or "form"
    try:
        made = convert({**copy.deepcopy(dict(book)), "fallback_form_name": stem}, form_name=_ROOT)
    except PyXFormError as error:
        raise _from_compiler(str(error)) from None
    except RecursionError:
        raise
    except Exception as error:  # the compiler meets what it did not expect
        raise refused("form_invalid", f"the form compiler stopped ({type(error).__name__})") from None
    return str(made.xform)


def _from_compiler(said: str) -> RefusedFormError:
    """Return what the form compiler refuses, with the row where it names one."""
    row, sheet = _ROW.search(said), _ON_SHEET.search(said)
    words = " ".join(_ROW.sub("", said).split())
    return refused(
        "form_invalid",
        words[:500],
        sheet=sheet.group(1).lower() if sheet else "survey" if row else None,
        row=int(row.group(1)) if row else None,
    )


def _kind(sheets: Sheets, row: int) -> str:
    """Return the kind of question of a row of the survey sheet; a group has none."""
    said = split_type(cell(sheets.survey[row - 2], "type") or "")[0]
    return supported.TYPES.get(said, "")
