from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.test import Client

from pop.registry.directory.models import Task

NASTY = [
    "%00",
    "%ed%a0%80",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aSet-Cookie:x",
    quote("😀" * 500),
    quote("\u202e\ufeff\u2066"),
    quote("'\"`;--<script>"),
    quote("{% debug %}{{ say }}"),
    "9" * 5000,
    "-1",
    "NaN",
    quote("ﷺ" * 300),
    "null",
    "__proto__",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_an_address_makes_an_error_of_ours(public: Client, registry: SimpleNamespace, nasty: str):
    id = registry.line.id
    for address in (
        f"/{nasty}/countries",
        f"/en/country/{nasty}",
        f"/en/service/{nasty}",
        f"/en/service/{id}/number/{nasty}",
        f"/en/countries?q={nasty}&sort={nasty}",
        f"/en/country/KE?page={nasty}",
        f"/en/service/{id}/report?contact={nasty}",
        f"/v1/services/{nasty}",
        f"/hsds/services/{nasty}",
        f"/hsds/services?page={nasty}",
        f"/hsds/services?search={nasty}&organization_id={nasty}",
        f"/hsds/services?modified_after={nasty}",
        f"/hsds/taxonomy_terms?taxonomy_id={nasty}&search={nasty}",
        f"/hsds/service_at_locations/{nasty}",
    ):
        answer = public.get(address)
        assert answer.status_code in {200, 400, 404}, address
        assert b";--<script>" not in answer.content  # the child's own 404 page has a script of ours
        assert not answer.has_header("Set-Cookie")


@pytest.mark.parametrize(
    "body",
    [
        b"reason=other&number=" + b"1" * 1_000_000,
        b"\x00" * 5000,
        b"\xff\xfe\xed\xa0\x80=&reason=%ed%a0%80",
        b"&".join(b"reason=other" for _ in range(5000)),
        b"reason[]=other&reason.x=1",
        b"",
        b"{}",
    ],
)
def test_nothing_in_a_body_makes_an_error_of_ours_or_a_task(public: Client, registry: SimpleNamespace, body: bytes):
    answer = public.generic(
        "POST", f"/en/service/{registry.line.id}/report", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in {400, 413}
    assert not Task.objects.exists()
