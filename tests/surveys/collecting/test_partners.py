"""Partners have names of their own, and addresses that only they know and anybody can end."""

from __future__ import annotations

import uuid
from pathlib import Path
from uuid import UUID

import pytest

from pop.audit.models import AuditRow
from pop.people.asking import Ask
from pop.surveys.collecting.actions.partners import PartnerError, make_partner, make_token, revoke_token
from pop.surveys.collecting.actions.receiving import receive
from pop.surveys.collecting.models import Partner, Token
from pop.surveys.collecting.queries.partners import find_partner, partner_of, partners, tokens
from pop.surveys.collecting.queries.submissions import submissions
from pop.surveys.collecting.rules.tokens import lookup_of
from tests.hostile import NAUGHTY
from tests.surveys.filled import NOW, correcting, fresh_id, photo_survey, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_only_the_hash_of_a_token_is_kept(partner: UUID) -> None:
    made = make_token(partner=partner, now=NOW)
    assert len(bytes.fromhex(made.token)) == 32
    assert bytes(Token.objects.get().lookup) == lookup_of(made.token)
    assert made.token not in repr(made)
    held = [*Token.objects.values_list(), *AuditRow.objects.values_list()]
    assert made.token not in str(held)


def test_a_token_opens_until_it_is_revoked(partner: UUID) -> None:
    first, second = make_token(partner=partner, now=NOW), make_token(partner=partner, now=NOW)
    assert partner_of(first.token) == partner_of(second.token) == partner
    assert revoke_token(token=first.id, now=NOW)
    assert not revoke_token(token=first.id, now=NOW)
    assert partner_of(first.token) is None
    assert partner_of(second.token) == partner
    assert [each.id for each in tokens()] == [second.id, first.id]
    assert AuditRow.objects.filter(action="revoke_token").count() == 1


def test_an_unknown_and_a_revoked_token_take_the_same_looks(partner: UUID, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    made = make_token(partner=partner, now=NOW)
    revoke_token(token=made.id, now=NOW)
    for token in (made.token, "nobody's", ""):
        with django_assert_num_queries(1):
            assert partner_of(token) is None


def test_what_is_no_token_opens_nothing(partner: UUID) -> None:
    make_token(partner=partner, now=NOW)
    assert [text for text in NAUGHTY if partner_of(text)] == []


def test_a_token_for_nobody_is_not_made_and_none_that_never_was_is_revoked(db: None) -> None:
    with pytest.raises(PartnerError, match="unknown_partner"):
        make_token(partner=uuid.uuid4(), now=NOW)
    with pytest.raises(PartnerError, match="unknown_token"):
        revoke_token(token=uuid.uuid4(), now=NOW)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"name": ""}, "bad_name"),
        ({"name": "x" * 201}, "bad_name"),
        ({"name": "a\0b"}, "bad_name"),
        ({"name": "a\ud800b"}, "bad_name"),
        ({"name": "A", "country": "XX"}, "unknown_country"),
        ({"name": "A", "email": "nobody"}, "bad_email"),
        ({"name": "A", "email": "a@b\0"}, "bad_email"),
        ({"name": " Ministry  of Invention "}, "name_taken"),
    ],
)
def test_a_partner_that_cannot_be_is_refused(partner: UUID, facts: dict[str, str], code: str) -> None:
    with pytest.raises(PartnerError) as refused:
        make_partner(**facts, now=NOW)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert Partner.objects.count() == 1


def test_a_partner_is_found_by_name_and_by_id(partner: UUID) -> None:
    assert find_partner("Ministry of Invention") == find_partner(str(partner)) == partner
    assert find_partner("nobody") is None


def test_the_list_counts_what_a_partner_answered_and_no_correction_twice(partner: UUID, data_dir: Path) -> None:
    photo_survey()
    make_partner(name="Silent", now=NOW)
    first = fresh_id()
    for xml in (poster(first), poster(fresh_id(), place="Gym", more=correcting(first)), poster(fresh_id())):
        receive(xml=xml, source="openrosa", partner=partner, now=NOW)
    receive(xml=poster(fresh_id(), photo="a.png"), source="openrosa", partner=partner, complete=False, now=NOW)
    make_token(partner=partner, now=NOW)
    make_token(partner=partner, now=NOW)
    rows = {each.name: each for each in partners(Ask()).rows}
    assert (rows["Ministry of Invention"].submissions, rows["Ministry of Invention"].tokens) == (2, 2)
    assert rows["Ministry of Invention"].last_at == NOW
    assert (rows["Silent"].submissions, rows["Silent"].last_at) == (0, None)
    assert [each.name for each in partners(Ask(filters={"answered": "no"})).rows] == ["Silent"]
    assert [each.name for each in partners(Ask(filters={"country": "KE"})).rows] == ["Ministry of Invention"]
    assert [each.name for each in partners(Ask(search="sil")).rows] == ["Silent"]
    assert partners(Ask(count=1)).total == 2
    for sort in ("name", "country", "submissions", "last"):
        assert len(partners(Ask(sort=sort, down=True)).rows) == 2
    # Who never sent stands before everybody who did, on every database.
    assert [each.name for each in partners(Ask(sort="last")).rows] == ["Silent", "Ministry of Invention"]
    assert [each.name for each in partners(Ask(sort="last", down=True)).rows] == ["Ministry of Invention", "Silent"]


def test_the_list_of_submissions_filters_by_what_is_coded(partner: UUID, data_dir: Path) -> None:
    survey = photo_survey()
    first = fresh_id()
    receive(xml=poster(first), source="openrosa", partner=partner, now=NOW)
    second = receive(
        xml=poster(fresh_id(), place="Gym", more=correcting(first)), source="openrosa", partner=partner, now=NOW
    )
    waiting = receive(xml=poster(fresh_id(), photo="a"), source="web", complete=False, now=NOW)

    def found(**filters: str) -> set[UUID]:
        return {each.id for each in submissions(Ask(filters=filters)).rows}

    assert len(found()) == 3
    assert found(counts="yes") == {second.submission}
    assert found(state="incomplete") == found(source="web") == {waiting.submission}
    assert len(found(partner=str(partner))) == 2
    assert len(found(form="poster", survey=str(survey.id))) == 3
    assert found(partner="no id") == found(survey="' OR 1=1") == set()
    assert len(found(faults="yes")) == 3
    assert {each.id for each in submissions(Ask(search=first)).rows} < found()
    assert len(submissions(Ask(sort="partner", down=True, count=2)).rows) == 2
