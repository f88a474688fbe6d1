"""What can be asked of a database: whether it is stamped as demonstration data, and whether it is new."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db import connection

from pop.simulation.models import Stamp

# Filled by Django itself, or holding nothing of anybody.
_OF_DJANGO = frozenset({"django_migrations", "django_content_type", "auth_permission"})


class Stamped(NamedTuple):
    """A stamp: its id, which data set, and whether all of it is in."""

    id: UUID
    responses: int
    seed: int
    finished: bool


def stamp_of_database() -> Stamped | None:
    """Return the stamp of the database, None where it has none. Raises DatabaseError where it does not answer."""
    if Stamp._meta.db_table not in connection.introspection.table_names():
        return None
    row = Stamp.objects.first()
    return Stamped(row.pk, row.responses, row.seed, row.finished_at is not None) if row else None


def first_filled_table() -> str:
    """Return a table in which something stands, "" for a database that is new: no table is forgotten by this."""
    tables = [each for each in connection.introspection.table_names() if each not in _OF_DJANGO]
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - our own tables
            if cursor.fetchone():
                return table
    return ""
