"""`pop survey import …`: answers that were given elsewhere, from a file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from pop.people.asking import EXPORT_SIZE, Ask
from pop.places.words import Speaker
from pop.server.jobs.registering import tell_ready
from pop.surveys.collecting.queries.surveys import Known, form_of_survey, surveys
from pop.surveys.forms.definition import Form
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.importing import queries
from pop.surveys.importing.actions.bringing import ImportRefusedError, begin_import, start_import
from pop.surveys.importing.actions.mappings import save_mapping
from pop.surveys.importing.actions.working import Checking, take_some
from pop.surveys.importing.queries import ImportFacts
from pop.surveys.importing.reading.opening import LARGEST_FILE, read_book
from pop.surveys.importing.rules.mapping import (
    DELIMITERS,
    ENCODINGS,
    LONGEST,
    ColumnMapping,
    MappingError,
    mapping_of,
    read_mapping,
)
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.suggesting import missing_required, suggest
from pop.surveys.importing.wording import line, place, sentence
from pop.surveys.importing.words import PROBLEMS

SAY = Speaker((PROBLEMS,), "en")
# Kinds of problems that are said; the rest is counted, and stands in the file to mend.
MOST_SAID = 40
BAR = 30
_REFUSALS = {
    "has_mistakes": "rows have mistakes: mend them and bring the file again, or leave them behind with --good-only",
    "under_way": "this import is under way already",
    "unknown": "there is no such import",
    "unchecked": "the rows are not checked yet",
    "unmapped": "the import has no mapping yet",
}


class _StopError(Exception):
    """Something that ends the command with one line."""


def import_(arguments: argparse.Namespace) -> int:
    """Check a file and bring it in; the same command again goes on where it stopped."""
    path = Path(arguments.file)
    try:
        data = _read(path, LARGEST_FILE)
        tell_ready()
        survey = _survey(arguments.form, arguments.version)
        if arguments.suggest:
            return _suggest(survey, path, data, arguments)
        name, mapping = _mapping(survey, path, data, arguments)
        found, new = begin_import(
            survey=survey.id,
            file_name=path.name,
            data=data,
            now=timezone.now(),
            hands="command",
            mapping=mapping,
            mapping_name=name,
        )
        if not new:
            print("This file was begun before: going on where it stopped.", file=sys.stderr)
        return _bring(found, path, arguments)
    except _StopError as stop:
        print(f"pop survey import: {stop}", file=sys.stderr)
    except (RefusedFileError, MappingError) as error:
        _tell(path, error.problems)
    except ImportRefusedError as error:
        print(f"pop survey import: {_REFUSALS[error.code]}", file=sys.stderr)
    except OSError as error:
        print(f"pop survey import: {path}: {error.strerror}", file=sys.stderr)
    return 1


def mapping_(arguments: argparse.Namespace) -> int:
    """Save a mapping under a name, or list those of a form."""
    tell_ready()
    try:
        survey = _survey(arguments.form, None)
        if arguments.name is None:
            for each in queries.saved_mappings(survey.form_id):
                print(f"{each.name}\t{each.saved_at:%Y-%m-%d}\t{each.sha256}")
            return 0
        if arguments.file is None:
            raise _StopError("a mapping is saved from a file: pop survey mapping FORM NAME FILE.json")
        path = Path(arguments.file)
        mapping = read_mapping(_read(path, 4 * LONGEST))
        save_mapping(form=_form(survey), name=arguments.name, mapping=mapping, now=timezone.now())
    except _StopError as stop:
        print(f"pop survey mapping: {stop}", file=sys.stderr)
        return 1
    except MappingError as error:
        _tell(Path(arguments.file), error.problems)
        return 1
    print(f"{arguments.name}: saved, {len(mapping.columns)} columns")
    return 0


def imports_(_: argparse.Namespace) -> int:
    """List what was brought, newest first, tab between the columns."""
    tell_ready()
    for each in queries.imports(Ask(count=EXPORT_SIZE)).rows:
        counts = each.counts
        print(
            f"{each.id}\t{each.form_id}\t{each.file_name}\t{each.state}\t{counts['taken']} taken, "
            f"{counts['there']} there before, {counts['bad']} left behind, {counts['good']} to do\t"
            f"{each.brought_at:%Y-%m-%d}"
        )
    return 0


def _read(path: Path, largest: int) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise RefusedFileError(Problem("file_too_large", name=str(largest // 1_048_576)))
        return path.read_bytes()
    except OSError as error:
        raise _StopError(f"{path}: {error.strerror}") from None


def _survey(form_id: str, version: str | None) -> Known:
    """Return the version that was named, else the open one opened last, else the one loaded last."""
    found = [each for each in surveys(form_id) if version is None or each.version == version]
    if not found:
        raise _StopError("no such form was loaded: `pop survey list` shows them")
    opened = [each for each in found if each.state == "open" and each.opened_at is not None]
    return max(opened, key=lambda each: str(each.opened_at)) if opened else found[0]


def _form(survey: Known) -> Form:
    try:
        return form_of_survey(survey.id)
    except RefusedFormError:
        raise MappingError(Problem("form_unusable")) from None


def _told(mapping: ColumnMapping, arguments: argparse.Namespace) -> ColumnMapping:
    """Return a mapping with the encoding and the delimiter of the command line."""
    encoding, delimiter = arguments.encoding or "", (arguments.delimiter or "").replace("\\t", "\t")
    if encoding and encoding not in ENCODINGS:
        raise _StopError(f"--encoding: one of {', '.join(ENCODINGS)}")
    if delimiter and delimiter not in DELIMITERS:
        raise _StopError("--delimiter: one of , ; | \\t")
    return mapping.told(encoding, delimiter)


def _mapping(survey: Known, path: Path, data: bytes, arguments: argparse.Namespace) -> tuple[str, ColumnMapping]:
    """Return the mapping that was named; without a name the one that every column's own name tells."""
    if arguments.mapping:
        saved = queries.saved_mapping(survey.form_id, arguments.mapping)
        if saved is None:
            raise _StopError("no such mapping: `pop survey mapping FORM` lists them")
        return saved.name, _told(mapping_of(saved.content), arguments)
    told = _told(ColumnMapping(), arguments)
    book = read_book(path.name, data, encoding=told.encoding, delimiter=told.delimiter)
    found = suggest(book, _form(survey))
    if not found.certain:
        shown = {table.name: table.shown for table in book.tables}
        _tell(path, [Problem("column_not_mapped", shown[sheet], 1, column) for sheet, column in
                     (*found.undecided, *found.likely)])  # fmt: skip
        raise _StopError(
            f"not every column is known by its name. Write a mapping: pop survey import {survey.form_id} {path.name} "
            f"--suggest MAPPING.json"
        )
    return "", _told(found.mapping, arguments)


def _suggest(survey: Known, path: Path, data: bytes, arguments: argparse.Namespace) -> int:
    """Write what could be worked out as a mapping, and say what is left to decide."""
    told = _told(ColumnMapping(), arguments)
    form = _form(survey)
    book = read_book(path.name, data, encoding=told.encoding, delimiter=told.delimiter)
    found = suggest(book, form)
    target = Path(arguments.suggest)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(_told(found.mapping, arguments).text() + "\n")
    except OSError as error:
        raise _StopError(f"{target}: {error.strerror}") from None
    shown = {table.name: table.shown for table in book.tables}
    print(f"{target}: {found.mapping.system}, {len(found.mapping.columns)} columns")
    for sheet, column in found.likely:
        print(f"  likely, look at it: {place(SAY, Problem('', shown[sheet], None, column))}")
    for sheet, column in found.undecided:
        print(f"  to decide: {place(SAY, Problem('', shown[sheet], None, column))}")
    for question in missing_required(found.mapping, form):
        print(f"  no column answers what the form wants: {question}")
    print(f"Look through it, then: pop survey mapping {survey.form_id} NAME {target}")
    return 0


def _bring(import_id: UUID, path: Path, arguments: argparse.Namespace) -> int:
    facts = _facts(import_id)
    if facts.state == "checking":
        checking = Checking(import_id)
        while checking.step():
            _progress("checking", checking.done, checking.total)
        facts = _facts(import_id)
        _end_progress()
    if facts.state == "refused":
        _tell(path, facts.problems)
        return 1
    _report(facts)
    if arguments.check:
        return 1 if facts.counts["bad"] else 0
    start_import(import_id=import_id, good_only=arguments.good_only)
    all_of_it = facts.counts["good"] + facts.counts["taken"]
    done = facts.counts["taken"]
    while some := take_some(import_id):
        done += some
        _progress("bringing in", done, all_of_it)
    _end_progress()
    facts = _facts(import_id)
    counts = facts.counts
    print(f"{counts['taken']} brought in, {counts['there']} there before, {counts['bad']} left behind")
    if counts["bad"]:
        _write_to_mend(facts, path)
    return 0


def _facts(import_id: UUID) -> ImportFacts:
    found = queries.import_facts(import_id)
    if found is None:
        raise ImportRefusedError("unknown")
    return found


def _report(facts: ImportFacts) -> None:
    counts = facts.counts
    print(
        f"{facts.total} rows: {counts['good']} good, {counts['there']} there before, {counts['bad']} with mistakes",
        file=sys.stderr,
    )
    found = queries.findings_of(facts.id)
    for each in found[:MOST_SAID]:
        where = place(SAY, each.problem, each.rows)
        more = f" ({each.count} in all)" if each.count > len(each.rows) else ""
        print(f"  {where}{more}: {sentence(SAY, each.problem)}", file=sys.stderr)
    if len(found) > MOST_SAID:
        print(f"  and {len(found) - MOST_SAID} other kinds of mistakes", file=sys.stderr)


def _write_to_mend(facts: ImportFacts, path: Path) -> None:
    """Write the rows that stay behind beside their file, under a name that nothing has yet."""
    made = queries.file_to_mend(facts.id)
    if made is None:
        return
    for number in range(1, 1_000):
        target = path.with_name(f"{path.stem}.to-mend{'' if number == 1 else f'-{number}'}.xlsx")
        try:
            # Answers are in it: for whoever runs the command, and nobody else on this machine.
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(made)
        except FileExistsError:
            continue
        print(f"what was left behind, to mend and to bring again: {target}")
        return


def _tell(path: Path, problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(f"{path}: refused: {line(SAY, problem)}", file=sys.stderr)


def _progress(what: str, done: int, total: int) -> None:
    if not sys.stderr.isatty() and done % 1_000 and done < total:
        return
    full = BAR * done // total if total else BAR
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"{what} {'█' * full}{'·' * (BAR - full)} {done} of {total}", end=end, file=sys.stderr, flush=True)


def _end_progress() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
