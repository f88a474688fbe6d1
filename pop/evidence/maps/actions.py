"""The table of country risk: every line is put up by two people, and taken down by two.

What a line hides leaves the map and its files as soon as the second person has agreed.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.evidence.maps.models import CountryRisk
from pop.evidence.maps.queries import LIVE, accepted
from pop.evidence.maps.rules.hiding import ABOUT, EFFECTS, REASONS
from pop.people import queries as people
from pop.places.countries import codes

ROLES = ("editor", "approver")


class RefusalError(Exception):
    """An act that may not happen. `code` is a key of the console's words: ``risk_refused_<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def propose_risk(*, country: str, about: str, which: str, effect: str, reason: str, by: UUID) -> UUID:
    """Propose one line. RefusalError: not_allowed, country_wrong, about_wrong, which_wrong, effect_wrong,
    reason_wrong, there_already (a line about the same matter waits or holds).
    """
    _require(by)
    if country not in codes():
        raise RefusalError("country_wrong")
    if about not in ABOUT:
        raise RefusalError("about_wrong")
    known = accepted().values[about] if about != "everything" else ("",)
    if which not in known:
        raise RefusalError("which_wrong")
    if effect not in EFFECTS:
        raise RefusalError("effect_wrong")
    if reason not in REASONS:
        raise RefusalError("reason_wrong")
    try:
        with transaction.atomic():
            if CountryRisk.objects.filter(country=country, about=about, which=which, state__in=LIVE).exists():
                raise RefusalError("there_already")
            line = CountryRisk.objects.create(
                country=country,
                about=about,
                which=which,
                effect=effect,
                reason=reason,
                proposed_by=by,
                proposed_at=timezone.now(),
            )
            _trace("propose_risk", line, by)
    except IntegrityError as error:  # somebody else proposed the same at the same moment
        raise RefusalError("there_already") from error
    return line.pk


@transaction.atomic
def agree_to_risk(*, id: UUID, by: UUID) -> None:
    """Agree to a line that somebody else proposed; from now on it holds. RefusalError: not_allowed, unknown, decided,
    own.
    """
    line = _locked(id, by, "proposed")
    if line.proposed_by == by:
        raise RefusalError("own")
    if not people.holds(line.proposed_by, *ROLES):
        raise RefusalError("first_gone")
    line.state, line.agreed_by, line.agreed_at = "holds", by, timezone.now()
    line.save(update_fields=["state", "agreed_by", "agreed_at"])
    _trace("agree_to_risk", line, by)


@transaction.atomic
def refuse_risk(*, id: UUID, by: UUID) -> None:
    """Refuse a line that waits, or take one's own back: one person is enough, as nothing was hidden yet."""
    line = _locked(id, by, "proposed")
    line.state = "refused"
    line.save(update_fields=["state"])
    _trace("refuse_risk", line, by)


@transaction.atomic
def ask_to_lift_risk(*, id: UUID, by: UUID) -> None:
    """Ask that a line be lifted. It goes on holding until somebody else agrees. RefusalError as for agreeing."""
    line = _locked(id, by, "holds")
    line.state, line.lift_by, line.lift_at = "lifting", by, timezone.now()
    line.save(update_fields=["state", "lift_by", "lift_at"])
    _trace("ask_to_lift_risk", line, by)


@transaction.atomic
def lift_risk(*, id: UUID, by: UUID) -> None:
    """Agree that a line is lifted: what it hid may be shown again. RefusalError: also own, for whoever asked."""
    line = _locked(id, by, "lifting")
    if line.lift_by == by:
        raise RefusalError("own")
    line.state, line.lifted_by, line.lifted_at = "lifted", by, timezone.now()
    line.save(update_fields=["state", "lifted_by", "lifted_at"])
    _trace("lift_risk", line, by)


@transaction.atomic
def keep_risk(*, id: UUID, by: UUID) -> None:
    """Let a line stand that somebody asked to lift: one person is enough, as nothing is shown by it."""
    line = _locked(id, by, "lifting")
    line.state, line.lift_by, line.lift_at = "holds", None, None
    line.save(update_fields=["state", "lift_by", "lift_at"])
    _trace("keep_risk", line, by)


def _require(by: UUID) -> None:
    if not people.holds(by, *ROLES):
        raise RefusalError("not_allowed")


def _locked(id: UUID, by: UUID, state: str) -> CountryRisk:
    _require(by)
    line = CountryRisk.objects.select_for_update().filter(pk=id).first()
    if line is None:
        raise RefusalError("unknown")
    if line.state != state:
        raise RefusalError("decided")
    return line


def _trace(action: str, line: CountryRisk, by: UUID) -> None:
    detail = {"country": line.country, "about": line.about, "which": line.which, "effect": line.effect}
    audit.record(action=action, object_type="country_risk", object_id=str(line.pk), actor=by, detail=detail)
