"""Rows from before there were chains become one chain, which verifies."""

import uuid

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pop.audit.actions import record
from pop.audit.models import AuditRow
from pop.audit.queries import verify

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True)]


def test_rows_that_are_there_already_are_chained_in_the_order_of_their_time() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("audit", "0001_initial")])
    try:
        old = executor.loader.project_state([("audit", "0001_initial")]).apps.get_model("audit", "AuditRow")
        for number in range(600):
            old.objects.create(
                actor=uuid.uuid4() if number % 2 else None,
                action="approve_proposal",
                object_type="proposal",
                object_id=str(number),
                detail={"n": number, "share": 1e20, "text": "é"},
            )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    record(action="after", object_type="x", object_id="y")
    rows = AuditRow.objects.exclude(action="after").order_by("number").values_list("object_id", flat=True)
    assert [int(each) for each in rows] == list(range(600))
    verdict = verify()
    assert verdict.ok, verdict.findings
    assert (verdict.rows, verdict.chains) == (601, 2)
