"""A process of its own that loads a table, and may be killed: `python -m … VERB [FILE]`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from pop.registry.directory.actions.load import load_registry  # noqa: E402
from pop.registry.directory.models import Change, Contact, Evidence, Organisation, Service  # noqa: E402


def stop_in_the_middle(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Say so and wait for ever once contacts have been moved, with evidence still to come."""
    result = execute(sql, params, many, context)
    if sql.startswith(f'INSERT INTO "{Contact._meta.db_table}"'):
        sys.stdout.write("half\n")
        sys.stdout.flush()
        time.sleep(600)
    return result


def main(verb: str, *rest: str) -> None:
    """Migrate, load, load half, or tell every row as JSON."""
    if verb == "migrate":
        call_command("migrate", verbosity=0)
    elif verb == "load":
        load_registry(path=rest[0])
    elif verb == "half":
        with connection.execute_wrapper(stop_in_the_middle):
            load_registry(path=rest[0])
    else:
        models = (Organisation, Service, Contact, Evidence, Change)
        rows = [[str(value) for value in row] for model in models for row in model.objects.order_by("pk").values_list()]
        sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
