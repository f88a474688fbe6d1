"""Every address of the console × who may open it. A new address without a row here fails."""

from __future__ import annotations

import functools

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from pop.evidence.maps.actions import propose_risk
from pop.helpline.desk.http.urls import console_urlpatterns as desk
from pop.helpline.supervision.http.urls import console_urlpatterns as supervision
from pop.people.entrance import declared
from pop.people.models import FOCAL_POINT, HOUSE_ROLES, ROLES, Staff
from pop.registry.directory.actions.review.proposing import propose_service
from pop.registry.directory.models import Proposal
from pop.registry.mapping.models import Finding
from pop.server.console import urlpatterns
from pop.surveys.importing.models import Import
from tests.surveys.console.rows import rows as surveyed

pytestmark = pytest.mark.storage

# The helpline's addresses have rows in tests of their own: who may open them depends on lines, teams and states too.
HELPLINE = frozenset(pattern.name for pattern in (*desk, *supervision) if isinstance(pattern, URLPattern))
ALL = frozenset(HOUSE_ROLES)
EDITOR, APPROVER, ADMINISTRATOR = ({role} for role in ("editor", "approver", "administrator"))
# A guest: a door that names no role by name is not theirs.
MINISTRY = frozenset({FOCAL_POINT})
WORKERS = EDITOR | APPROVER
# Of surveys.
KEEPERS = EDITOR | ADMINISTRATOR
ANYONE, SIGNED_IN = "anyone", "signed_in"
# name: (how it is asked, who may)
ROUTES = {
    "overview": ("GET", ALL | MINISTRY),
    "service_list": ("GET", ALL),
    "service_add": ("GET", EDITOR),
    "service_one": ("GET", ALL),
    "service_edit": ("GET", EDITOR),
    "service_suspend": ("POST", APPROVER),
    "service_state": ("GET", EDITOR),
    "notice_add_to": ("GET", WORKERS),
    "contact_add": ("GET", EDITOR),
    "contact_edit": ("GET", EDITOR),
    "contact_remove": ("GET", EDITOR),
    "proposal_list": ("GET", ALL),
    "proposal_one": ("GET", ALL),
    "proposal_approve": ("POST", APPROVER),
    "proposal_reject": ("POST", APPROVER),
    "proposal_withdraw": ("POST", WORKERS),
    "task_list": ("GET", ALL),
    "task_one": ("GET", ALL),
    "task_finish": ("POST", WORKERS),
    "finding_list": ("GET", ALL),
    "notice_list": ("GET", ALL),
    "notice_add": ("GET", WORKERS),
    "notice_one": ("GET", ALL),
    "notice_end": ("POST", WORKERS),
    "emergency_list": ("GET", ALL),
    "emergency_add": ("GET", EDITOR),
    "emergency_one": ("GET", EDITOR),
    "link_list": ("GET", ALL),
    "national_services": ("GET", MINISTRY),
    "national_service": ("GET", MINISTRY),
    "national_correct": ("GET", MINISTRY),
    "national_contact_add": ("GET", MINISTRY),
    "national_contact_correct": ("GET", MINISTRY),
    "national_contact_remove": ("GET", MINISTRY),
    "national_findings": ("GET", MINISTRY),
    "national_proposals": ("GET", MINISTRY),
    "national_proposal": ("GET", MINISTRY),
    "national_withdraw": ("POST", MINISTRY),
    "national_emergency": ("GET", MINISTRY),
    "national_emergency_add": ("GET", MINISTRY),
    "national_emergency_one": ("GET", MINISTRY),
    "mapping_list": ("GET", WORKERS),
    "mapping_one": ("GET", WORKERS),
    "mapping_take": ("POST", EDITOR),
    "mapping_reject": ("POST", WORKERS),
    "safety_one": ("GET", WORKERS),
    "safety_take": ("POST", WORKERS),
    "risk_list": ("GET", WORKERS),
    "risk_add": ("GET", WORKERS),
    "risk_one": ("GET", WORKERS),
    "risk_act": ("POST", WORKERS),
    "surveys_list": ("GET", KEEPERS),
    "survey_load": ("GET", KEEPERS),
    "survey_one": ("GET", KEEPERS),
    "survey_move": ("POST", KEEPERS),
    "submissions_list": ("GET", KEEPERS),
    "submissions_export": ("POST", KEEPERS),
    "submission_one": ("GET", KEEPERS),
    "submission_respondent": ("POST", EDITOR),
    "submission_file": ("GET", KEEPERS),
    "partners_list": ("GET", KEEPERS),
    "partner_add": ("GET", KEEPERS),
    "partner_one": ("GET", KEEPERS),
    "partner_edit": ("GET", KEEPERS),
    "token_make": ("POST", KEEPERS),
    "token_revoke": ("POST", KEEPERS),
    "link_make": ("POST", KEEPERS),
    "link_revoke": ("POST", KEEPERS),
    "imports_list": ("GET", KEEPERS),
    "import_new": ("GET", KEEPERS),
    "import_one": ("GET", KEEPERS),
    "import_mapping": ("GET", KEEPERS),
    "import_start": ("POST", KEEPERS),
    "import_discard": ("POST", KEEPERS),
    "import_to_mend": ("GET", KEEPERS),
    "reminders_list": ("GET", KEEPERS),
    "reminders_send": ("POST", KEEPERS),
    "reminders_ask": ("GET", KEEPERS),
    "partner_forms": ("GET", KEEPERS),
    "survey_share": ("GET", KEEPERS),
    "staff_list": ("GET", ADMINISTRATOR),
    "staff_add": ("GET", ADMINISTRATOR),
    "staff_one": ("GET", ADMINISTRATOR),
    "staff_roles": ("POST", ADMINISTRATOR),
    "staff_end": ("POST", ADMINISTRATOR),
    "staff_open": ("POST", ADMINISTRATOR),
    "staff_link": ("POST", ADMINISTRATOR),
    "language": ("POST", SIGNED_IN),
    "audit_list": ("GET", ADMINISTRATOR),
    "account_login": ("GET", ANYONE),
    "account_inactive": ("GET", ANYONE),
    "account_logout": ("GET", ANYONE),
    "account_reauthenticate": ("GET", SIGNED_IN),
    "account_change_password": ("GET", SIGNED_IN),
    "mfa_index": ("GET", SIGNED_IN),
    "mfa_authenticate": ("GET", ANYONE),
    "mfa_reauthenticate": ("GET", SIGNED_IN),
    "mfa_activate_totp": ("GET", SIGNED_IN),
    "mfa_deactivate_totp": ("GET", SIGNED_IN),
    "mfa_view_recovery_codes": ("GET", SIGNED_IN),
    "mfa_generate_recovery_codes": ("GET", SIGNED_IN),
    "mfa_list_webauthn": ("GET", SIGNED_IN),
    "mfa_add_webauthn": ("GET", SIGNED_IN),
    "mfa_reauthenticate_webauthn": ("GET", SIGNED_IN),
    "mfa_remove_webauthn": ("GET", SIGNED_IN),
    "mfa_edit_webauthn": ("GET", SIGNED_IN),
    "enter": ("GET", ANYONE),
    "static": ("GET", ANYONE),
}
GUARDED = sorted(name for name, (_, who) in ROUTES.items() if isinstance(who, (set, frozenset)))
PERSONAL = sorted(name for name, (_, who) in ROUTES.items() if who == SIGNED_IN)


@pytest.fixture
def address(kenya, people, seen, service_values, settings, tmp_path):
    """The address of a route, with the ids of rows that exist."""
    settings.DATA_DIR = tmp_path
    from_editor = propose(kenya.service, people, seen, service_values)
    ids = {
        "service_id": kenya.service.pk,
        "contact_id": kenya.contact.pk,
        "proposal_id": from_editor,
        "task_id": kenya.task.pk,
        "notice_id": kenya.notice.pk,
        "number_id": kenya.number.pk,
        "staff_id": people.cy.pk,
        "kind": "defunct",
        "risk_id": propose_risk(
            country="KE", about="everything", which="", effect="hidden", reason="attacks", by=people.editor.pk
        ),
        "act": "agree",
        "finding_id": Finding.objects.create(
            submission=kenya.service.pk,
            instrument="helplines",
            source="survey helplines",
            received_on=kenya.task.created_at.date(),
            state="compared",
            made_at=kenya.task.created_at,
        ).pk,
        "token": "no-such-token",
        "name": "mfa/js/webauthn.js",
        "pk": 1,
    }
    of_surveys = functools.cache(surveyed)
    patterns = {pattern.name: pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)}

    def find(name):
        wanted = patterns[name].pattern.converters
        known = ids if ids.keys() >= wanted.keys() else ids | of_surveys()
        return reverse(name, kwargs={key: known[key] for key in wanted})

    return find


def propose(service, people, seen, service_values):
    from_form = service_values(service, age_max=18)
    return propose_service(service_id=service.pk, values=from_form, seen=seen, by=people.editor.pk)


def ask(client, name, address):
    method = ROUTES[name][0]
    return client.post(address, {}) if method == "POST" else client.get(address)


def test_every_route_has_a_row_and_declares_what_the_row_says():
    said = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern), "a nested map must be walked here too"
        if pattern.name not in HELPLINE:
            said[pattern.name] = declared(pattern.callback)
    expected = {
        name: who if isinstance(who, str) else "staff:" + ",".join(role for role in ROLES if role in who)
        for name, (_, who) in ROUTES.items()
    }
    assert said == expected


@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_is_led_to_sign_in(console, address, name):
    answer = ask(console, name, address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_second_factor_every_role_is_led_to_set_one_up(console, address, make_staff, sign_in, name):
    client = sign_in(Client(), make_staff(*ROLES, second_factor=False), proved=False)
    answer = ask(client, name, address(name))
    assert (answer.status_code, answer["Location"]) == (302, "/security/")


@pytest.mark.parametrize("name", GUARDED)
def test_a_session_that_did_not_prove_the_second_factor_is_ended(console, address, make_staff, sign_in, name):
    client = sign_in(Client(), make_staff(*ROLES), proved=False)
    assert ask(client, name, address(name))["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", GUARDED)
def test_each_role_opens_what_it_may_and_finds_nothing_else(console, address, as_staff, name, role):
    client, path = as_staff(role), address(name)
    if role == FOCAL_POINT:
        Staff.objects.filter(pk=client.person.pk).update(countries=["KE"])
        Proposal.objects.update(proposed_by=client.person.pk, from_focal_point=True)
    # Rows to mend name who answered: an administrator takes those of their own imports alone.
    Import.objects.update(brought_by=client.person.pk)
    answer = ask(client, name, path)
    if role in ROUTES[name][1]:
        assert answer.status_code in (200, 302)
        assert not answer.get("Location", "").startswith(("/account/", "/security"))
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("name", GUARDED)
def test_somebody_whose_access_ended_is_a_stranger_at_once(console, address, as_staff, name):
    client = as_staff(*ROLES)
    client.person.is_active = False
    client.person.save()
    assert ask(client, name, address(name))["Location"].startswith("/account/login/")


@pytest.mark.parametrize("name", [name for name in GUARDED if ROUTES[name][0] == "POST"])
def test_a_form_without_its_token_is_refused_and_looking_changes_nothing(console, address, make_staff, sign_in, name):
    client = sign_in(Client(enforce_csrf_checks=True), make_staff(*ROLES))
    assert client.post(address(name), {}).status_code == 403
    assert client.get(address(name)).status_code == 405


@pytest.mark.parametrize("name", PERSONAL)
def test_pages_of_ones_own_security_are_closed_to_strangers(console, address, name):
    answer = ask(console, name, address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_static_files_are_a_closed_list(console):
    for name in ("../settings.py", "console.css", "mfa/js/", "..%2f..%2fsettings.py", "account/js/account.js"):
        assert console.get(f"/static/{name}").status_code == 404
    answer = console.get("/static/mfa/js/webauthn.js")
    assert answer["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer
    assert console.get("/static/mfa/js/webauthn.js", headers={"if-none-match": answer["ETag"]}).status_code == 304
