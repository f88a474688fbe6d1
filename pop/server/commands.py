"""The `pop` command: reads the words of a command line, then starts Django and the job they name.

Jobs live in `pop.server.jobs` and are imported after Django is set up for the right door; that is why this file names
them as text.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from urllib.parse import quote

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from pop.server.separation import begin_demonstration, refusal_of_folder

# As in pop.people.models, which is not loaded before Django is; a test compares.
_ROLES = ["editor", "approver", "administrator", "counsellor", "supervisor", "focal_point"]


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; docs/look-up/commands.md lists them all (a test compares)."""
    top = argparse.ArgumentParser(prog="pop", description="PoP: from a child's need to the right open local service.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve all of it, or one door: public, console or worker")
    serve.add_argument("door", nargs="?", choices=["public", "console", "worker"])
    serve.add_argument("--until-stdin-ends", action="store_true", help="stop when the standard input ends")
    serve.set_defaults(job="serving:serve")

    match = commands.add_parser("match", help="ask the finder, as GET /v1/match does, and print the answer as JSON")
    match.add_argument("--country", required=True)
    for name in ("subdivision", "age", "audience", "at", "limit"):
        match.add_argument(f"--{name}")
    for name in ("topic", "language", "channel", "needs"):
        match.add_argument(f"--{name}", action="append", default=[])
    match.set_defaults(job="finding:match")

    registry = commands.add_parser("registry", help="the registry of services").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    load = registry.add_parser("load", help="load services from a CSV file (repeatable), or the project's own seed")
    load.add_argument("file", nargs="?", help="a CSV file; without it the project's own seed is loaded")
    load.set_defaults(job="registering:load")
    check = registry.add_parser("check", help="list contradictions in the records")
    check.add_argument("--json", action="store_true", help="one JSON object a line")
    check.add_argument("--country", help="only this country (ISO 3166-1 alpha-2)")
    check.set_defaults(job="registering:check")
    links = registry.add_parser("links", help="check web addresses (needs a network; can be stopped and resumed)")
    links.add_argument("--limit", type=int, default=0, help="at most so many addresses (0: all)")
    links.set_defaults(job="registering:links")

    snapshot = commands.add_parser("snapshot", help="the signed snapshot").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    snapshot.add_parser("build", help="build, sign and publish a new version").set_defaults(job="snapshotting:build")
    snapshot.add_parser("verify", help="verify the current version").set_defaults(job="snapshotting:verify")

    _add_surveys(commands)

    keys = commands.add_parser("keys", help="the key directory").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    init = keys.add_parser("init", help="make production keys (never overwrites)")
    init.add_argument(
        "--escrow",
        nargs="+",
        default=[],
        metavar="PUB",
        help="public escrow files of three people: any two open",
    )
    init.set_defaults(job="keeping:init_keys_")
    escrow = keys.add_parser("escrow", help="make one person's escrow pair: FILE (theirs) and FILE.pub (for init)")
    escrow.add_argument("file", metavar="FILE")
    escrow.set_defaults(job="keeping:make_escrow_")
    keys.add_parser("pepper", help="make a new pepper for new codes; the old ones stay live").set_defaults(
        job="keeping:add_pepper_"
    )
    keys.add_parser("rotate", help="make a new signing key; the old one stays valid beside it").set_defaults(
        job="keeping:rotate_keys"
    )

    complaints = commands.add_parser("escrow", help="complaints that only the escrow can open").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    complaints.add_parser("list", help="list them: ids and days, no words").set_defaults(job="escrowing:list_")
    opened = complaints.add_parser("open", help="show one on this terminal, by the keys of two of the three people")
    opened.add_argument("id", metavar="ID", help="as `pop escrow list` shows it")
    opened.add_argument(
        "--key", action="append", default=[], metavar="FILE", help="a private escrow file; given twice, by two people"
    )
    opened.add_argument(
        "--answer", action="store_true", help="then type the answer, which the child sees with its date"
    )
    opened.set_defaults(job="escrowing:open_")

    staff = commands.add_parser("staff", help="the people of the console").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    create = staff.add_parser("create", help="make a member of staff and print a one-time sign-in link")
    create.add_argument("--email", required=True)
    create.add_argument("--name", default="")
    create.add_argument("--role", action="append", required=True, choices=_ROLES)
    create.add_argument(
        "--country", action="append", default=[], metavar="CODE", help="that a focal point speaks for; repeatable"
    )
    create.set_defaults(job="keeping:create_staff_")
    link = staff.add_parser("link", help="print a new one-time sign-in link for a member of staff")
    link.add_argument("--email", required=True)
    link.set_defaults(job="keeping:staff_link")

    audit = commands.add_parser("audit", help="who did what").add_subparsers(dest="verb", required=True, metavar="VERB")
    whole = audit.add_parser("verify", help="say whether the audit is whole: rows, links and anchors")
    whole.add_argument(
        "--restored", action="store_true", help="of a copy older than the anchors: pass over those it cannot hold"
    )
    whole.set_defaults(job="auditing:verify_")

    backup = commands.add_parser("backup", help="encrypted backups of the database").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    pair = backup.add_parser("key", help="make a key pair for backups, on the machine of the person who keeps it")
    pair.add_argument("file", help="where the private half goes; the public half is printed")
    pair.set_defaults(job="backing:key")
    copy = backup.add_parser("create", help="make a backup that only the recipients' keys open")
    copy.add_argument("file", nargs="?", help="where it goes (default: backups/ in the data directory)")
    copy.set_defaults(job="backing:create")
    restore = backup.add_parser("restore", help="put a backup into an empty database, and erase again what was erased")
    restore.add_argument("file")
    restore.add_argument("--identity", help="the file of a private age key; - reads it from the standard input")
    restore.add_argument("--database", default="default", choices=["default", "helpline"], help="which one it is of")
    restore.add_argument("--into", help="another database than the service's: a file, or sqlite:/// or postgresql://")
    restore.set_defaults(job="backing:restore")
    drill = backup.add_parser("drill", help="make a backup, restore it beside, compare, and remove both")
    drill.add_argument("--identity", help="the file of the private age key that must open it")
    drill.set_defaults(job="backing:drill")

    simulate = commands.add_parser("simulate", help="invented children and counsellors against the running server")
    simulate.add_argument("--children", type=int, default=20)
    simulate.add_argument("--counsellors", type=int, default=3)
    simulate.add_argument("--minutes", type=float, default=2)
    simulate.add_argument("--kill-every", type=float, default=0, metavar="SECONDS", help="kill a process so often")
    simulate.add_argument("--every", type=float, default=8, metavar="SECONDS", help="between a child's messages")
    simulate.add_argument("--steady", action="store_true", help="every child talks to the end, and does nothing else")
    simulate.add_argument("--seed", type=int, help="the same number: the same people")
    simulate.set_defaults(job="simulating:simulate_")

    _add_demonstration(commands)

    commands.add_parser(
        "prepare", help="do what `pop serve` does first: keys, database, registry, snapshot"
    ).set_defaults(job="serving:prepare")
    return top


def _add_surveys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands of surveys."""
    survey = commands.add_parser("survey", help="forms, who fills them, and what came in").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    check = survey.add_parser("check", help="say of each form (XLSForm: .xlsx or .md) `ok`, or why it is refused")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.set_defaults(job="form_checking:check")
    load = survey.add_parser("load", help="load a form (XLSForm: .xlsx, or its Markdown form .md) as a draft")
    brought = load.add_mutually_exclusive_group(required=True)
    brought.add_argument("file", metavar="FILE", nargs="?")
    brought.add_argument("--shipped", action="store_true", help="the four instruments of the mapping, as they ship")
    load.set_defaults(job="surveying:load")
    for verb, what in (("open", "let a form take answers"), ("close", "let a form take no more answers")):
        move = survey.add_parser(verb, help=what)
        move.add_argument("form", metavar="FORM", help="its form_id")
        move.add_argument("--version", help="only this version (open: instead of the one loaded last)")
        move.set_defaults(job=f"surveying:{verb}_")
    survey.add_parser("list", help="list the forms, their states and how much came in").set_defaults(
        job="surveying:list_"
    )
    export = survey.add_parser("export", help="write what came in to a file: XLSX, CSV (in a ZIP with repeats) or JSON")
    export.add_argument("form", metavar="FORM", help="its form_id")
    export.add_argument("--format", choices=("xlsx", "csv", "json"), default="xlsx")
    export.add_argument("--flat", action="store_true", help="one CSV, with what is asked several times side by side")
    export.add_argument("--language", default="", help="labels in this language of the form instead of names and codes")
    export.add_argument("--respondents", action="store_true", help="with what is about whoever answered; written down")
    export.add_argument("--to", required=True, metavar="FILE")
    export.set_defaults(job="exporting:export_")
    bring = survey.add_parser("import", help="bring in answers that were given elsewhere: .xlsx, .csv, a .zip of .csv")
    bring.add_argument("form", metavar="FORM", help="its form_id")
    bring.add_argument(
        "file", metavar="FILE", help="an export of KoboToolbox, ODK Central, Microsoft Forms, or a table"
    )
    bring.add_argument("--mapping", metavar="NAME", help="a saved mapping; else every column must be known by its name")
    bring.add_argument("--suggest", metavar="MAPPING.json", help="write a mapping to look through, and bring nothing")
    bring.add_argument("--check", action="store_true", help="say what would come in, and bring nothing")
    bring.add_argument("--good-only", action="store_true", help="leave rows with mistakes behind, in a file to mend")
    bring.add_argument("--version", help="this version of the form (instead of the one opened last)")
    bring.add_argument("--encoding", help="of a text file that is not UTF-8, as cp1252")
    bring.add_argument("--delimiter", help="what parts the columns of a text file: , ; | or \\t")
    bring.set_defaults(job="importing:import_")
    mapping = survey.add_parser("mapping", help="save a column mapping of a form under a name, or list them")
    mapping.add_argument("form", metavar="FORM", help="its form_id")
    mapping.add_argument("name", metavar="NAME", nargs="?")
    mapping.add_argument("file", metavar="FILE.json", nargs="?")
    mapping.set_defaults(job="importing:mapping_")
    survey.add_parser("imports", help="list what was brought in, and how far each import is").set_defaults(
        job="importing:imports_"
    )
    partner = survey.add_parser("partner", help="add somebody who is asked to answer, or to collect answers")
    partner.add_argument("name", metavar="NAME")
    partner.add_argument("--country", default="", help="ISO 3166-1 alpha-2")
    partner.add_argument("--email", default="")
    partner.add_argument("--language", default="", help="of mails (default: the country's)")
    partner.set_defaults(job="surveying:partner")
    token = survey.add_parser("token", help="make a partner's own address for ODK Collect, KoboCollect or Enketo")
    token.add_argument("partner", metavar="PARTNER", help="name or id; a name that nobody has yet is added")
    token.set_defaults(job="surveying:token")
    survey.add_parser("tokens", help="list the addresses: whose, since when, ended when").set_defaults(
        job="surveying:tokens_"
    )
    invite = survey.add_parser("invite", help="make a partner's own link to answer a form in a browser")
    invite.add_argument("partner", metavar="PARTNER", help="name or id; a name that nobody has yet is added")
    invite.add_argument("form", metavar="FORM", help="its form_id")
    invite.add_argument("--mail", action="store_true", help="by mail, with reminders, instead of printing the link")
    invite.set_defaults(job="inviting:invite_")
    invited = survey.add_parser("invitations", help="list the links: whose, and how far each of them led")
    invited.add_argument("form", metavar="FORM", nargs="?", help="only those to this form")
    invited.set_defaults(job="inviting:invitations_")
    remind = survey.add_parser("remind", help="write to partners whose link has not led to an answer, twice at most")
    remind.add_argument("form", metavar="FORM", nargs="?", help="only about this form")
    remind.add_argument("--dry-run", action="store_true", help="say who would be written to, and write to nobody")
    remind.set_defaults(job="inviting:remind_")
    for verb, what in (("assign", "offer a form to a partner's telephones"), ("unassign", "take such a form back")):
        assign = survey.add_parser(verb, help=what)
        assign.add_argument("partner", metavar="PARTNER", help="name or id")
        assign.add_argument("form", metavar="FORM", help="its form_id")
        assign.set_defaults(job=f"inviting:{verb}_")
    survey.add_parser("assignments", help="list which forms are assigned to whom").set_defaults(
        job="inviting:assignments_"
    )
    revoke = survey.add_parser("revoke", help="end an address or a link at once; what came through it stays")
    revoke.add_argument("token", metavar="ID")
    revoke.set_defaults(job="surveying:revoke")


def _add_demonstration(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands of demonstration data."""
    demo = commands.add_parser("demo", help="demonstration data, in a database of its own").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    mapping = demo.add_parser("mapping", help="make invented answers to the mapping; a run that was stopped goes on")
    mapping.add_argument("--responses", type=int, choices=[143, 1700], default=143, help="which data set")
    mapping.add_argument("--seed", type=int, default=2026, help="the same number: the same answers")
    mapping.set_defaults(job="demonstrating:mapping")
    serve = demo.add_parser("serve", help="serve it: both doors and the worker")
    serve.add_argument("--public-port", type=int, default=8010, metavar="PORT")
    serve.add_argument("--console-port", type=int, default=8011, metavar="PORT")
    serve.set_defaults(job="demonstrating:serve")
    for each in (mapping, serve):
        each.add_argument("--folder", help="its data directory (default: demo in the data directory)")
        each.add_argument("--database", metavar="URL", help="its database (default: a file in its data directory)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for success, 1 for a refusal that was explained, 2 for a wrong call."""
    arguments = parser().parse_args(argv)
    if arguments.command == "serve" and arguments.door == "public":
        os.environ["POP_DOOR"] = "public"
    if getattr(arguments, "into", None):  # all that a restore does, it does to that database
        address = arguments.into if "://" in arguments.into else f"sqlite:///{quote(os.path.abspath(arguments.into))}"
        os.environ["DATABASE_URL" if arguments.database == "default" else "HELPLINE_DATABASE_URL"] = address
    if arguments.command == "demo":
        ports = (arguments.public_port, arguments.console_port) if arguments.verb == "serve" else None
        begin_demonstration(os.environ, folder=arguments.folder, database=arguments.database, ports=ports)
    refusal = refusal_of_folder(os.environ, arguments.command)
    if refusal:
        sys.stderr.write(f"pop: {refusal}\n")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    # Whatever is written is for the service's own user: the database holds the sessions of staff.
    os.umask(0o077)
    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as error:
        sys.stderr.write(f"pop: a setting cannot be used: {error}\n")
        return 2
    module, _, function = arguments.job.partition(":")
    try:
        # Its models can be imported only now.
        look = importlib.import_module("pop.server.jobs.stamping").refusal_of_database
        refusal = look(making=arguments.job == "demonstrating:mapping")
        if refusal:
            sys.stderr.write(f"pop: {refusal}\n")
            return 1
        run = getattr(importlib.import_module(f"pop.server.jobs.{module}"), function)
        return int(run(arguments) or 0)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"pop: a setting cannot be used: {error}\n")
        return 2
    except DatabaseError as error:
        sys.stderr.write(f"pop: the database does not answer as it should: {str(error).splitlines()[0]}\n")
        return 1
    except BrokenPipeError:  # `pop registry check | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
