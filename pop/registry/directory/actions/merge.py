"""Comparing what a table says with what the registry holds: what is new, what changes, what a person must decide."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max

from pop.registry.directory.actions.twins import KNOWN_FROM_SURVEY, Surveyed
from pop.registry.directory.models import Change, Contact, Evidence, Organisation, Service, Task
from pop.registry.directory.rules.drafts import (
    CONTACT_FIELDS,
    NUMBERING_PLAN,
    SERVICE_FIELDS,
    ContactDraft,
    ServiceDraft,
    as_text,
)
from pop.registry.directory.rules.precedence import Observation, may_clear, may_replace, stage_rank
from pop.registry.directory.rules.publication import CLEAR

LOAD = "load"
CONFLICT = "load_conflict"
NEW_SERVICE = "new_service"
NOT_IN_SOURCE = "not_in_source"
_BATCH = 400
_WITHHELD_BY_LOAD = frozenset({NOT_IN_SOURCE})

_Seen = tuple[uuid.UUID, uuid.UUID | None, str]  # service, contact, field


@dataclass
class Plan:
    """What a load would write. Nothing is written until it is switched in."""

    organisations: list[Organisation] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    changed_services: dict[uuid.UUID, Service] = field(default_factory=dict)
    changed_contacts: dict[uuid.UUID, Contact] = field(default_factory=dict)
    unchanged: int = 0
    held: int = 0  # rows that tell of a record which a survey made, and that nobody has parted from it
    countries: set[str] = field(default_factory=set)  # where something that may be shown is different

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        written = self.services or self.contacts or self.evidence or self.changes or self.tasks
        return not (written or self.changed_services or self.changed_contacts)


def mark() -> tuple[object, ...]:
    """Return a mark that is another one as soon as anybody has written to the registry's records."""
    services = Service.objects.aggregate(last=Max("changed_at"))["last"]
    counts = (model.objects.count() for model in (Service, Contact, Evidence, Change, Task))
    return services, Change.objects.aggregate(last=Max("at"))["last"], *counts


def compare(drafts: Sequence[ServiceDraft], *, by: uuid.UUID | None) -> Plan:
    """Return what the drafts would change in the registry as it is now. Reads only."""
    plan = Plan()
    for start in range(0, len(drafts), _BATCH):
        batch = drafts[start : start + _BATCH]
        state = _State(batch)
        for draft in batch:
            _Merge(draft, state, plan, by).run()
    return plan


class _State:
    """What the registry holds about some drafts, read in a handful of queries."""

    def __init__(self, drafts: Iterable[ServiceDraft]) -> None:
        keys = {draft.key for draft in drafts}
        self.services = {service.source_key: service for service in Service.objects.filter(source_key__in=keys)}
        ids = [service.id for service in self.services.values()]
        self.contacts: dict[uuid.UUID, dict[uuid.UUID, Contact]] = defaultdict(dict)
        for contact in Contact.objects.filter(service_id__in=ids):
            self.contacts[contact.service_id][contact.id] = contact
        self.evidence: dict[_Seen, list[Observation]] = defaultdict(list)
        for row in Evidence.objects.filter(service_id__in=ids).values_list(
            "service_id", "contact_id", "field", "value", "source", "observed_on", "stage"
        ):
            self.evidence[row[:3]].append(Observation(*row[3:]))
        # What people decided about who may see something is theirs: a load does not undo it.
        decided = Change.objects.filter(service_id__in=ids, field__in=("safety", "withheld")).exclude(via=LOAD)
        self.decided = set(decided.values_list("service_id", "contact_id", "field"))
        self.surveyed = Surveyed(drafts)
        self.tasks = {
            _task_key(task) for task in Task.objects.filter(service_id__in=ids, kind__in=(CONFLICT, NEW_SERVICE))
        }


class _Merge:
    """One draft against the registry."""

    def __init__(self, draft: ServiceDraft, state: _State, plan: Plan, by: uuid.UUID | None) -> None:
        self.draft, self.state, self.plan, self.by = draft, state, plan, by
        self.touched = False

    def run(self) -> None:
        service = self.state.services.get(self.draft.key)
        if service is None:
            if not self._is_known():
                self._create()
            return
        before = len(self.plan.changes) + len(self.plan.evidence) + len(self.plan.tasks) + len(self.plan.contacts)
        self._merge_service(service)
        self._merge_contacts(service)
        after = len(self.plan.changes) + len(self.plan.evidence) + len(self.plan.tasks) + len(self.plan.contacts)
        if after == before and not self.touched:
            self.plan.unchanged += 1
        else:
            self.plan.countries.add(service.country)

    def _is_known(self) -> bool:
        """Whether the row waits, because people have agreed to a record that a survey made and that it seems to be.

        A record that nobody has agreed to yet keeps no row out; whoever decides about it is told.
        """
        draft, surveyed = self.draft, self.state.surveyed
        twin = surveyed.twin_of(draft)
        if twin is None:
            return False
        asked = (twin.service.pk, draft.key)
        if asked not in surveyed.asked:
            surveyed.asked.add(asked)
            detail = {
                "key": draft.key,
                "current": twin.service.name,
                "incoming": draft.name,
                "source": draft.source,
                "observed_on": draft.stage_on.isoformat() if draft.stage_on else "",
                "line": draft.line,
            }
            self.plan.tasks.append(Task(kind=KNOWN_FROM_SURVEY, service=twin.service, detail=detail))
        self.plan.held += twin.agreed
        return twin.agreed

    def _create(self) -> None:
        draft = self.draft
        organisation = Organisation(
            id=uuid.uuid5(draft.id, "organisation"),
            name=draft.name,
            country=draft.country,
            website=draft.website,
            email=next((c.dial for c in draft.contacts if c.channel == "email" and not c.withheld), ""),
        )
        service = Service(
            id=draft.id,
            source_key=draft.key,
            organisation=organisation,
            remarks=draft.remarks,
            stage=draft.stage,
            stage_on=draft.stage_on,
            source=draft.source,
            state="published" if draft.vouched else "waiting",
            safety=draft.safety,
            **{name: getattr(draft, name) for name in (*SERVICE_FIELDS, "country")},
        )
        self.plan.organisations.append(organisation)
        self.plan.services.append(service)
        self.plan.countries.add(service.country)
        self.plan.changes.append(self._change(service, None, "record", "", draft.name))
        for name, observation in (*draft.evidence.items(), *draft.loose):
            self.plan.evidence.append(self._evidence(service, None, name, observation))
        for contact in draft.contacts:
            self._create_contact(service, contact)
        if not draft.vouched:
            self._task(NEW_SERVICE, service, None, {"line": draft.line})

    def _create_contact(self, service: Service, draft: ContactDraft) -> Contact:
        contact = Contact(
            id=draft.identity(service.id),
            service=service,
            channel=draft.channel,
            position=draft.position,
            withheld=draft.withheld,
            **{name: getattr(draft, name) for names in CONTACT_FIELDS.values() for name in names},
        )
        self.plan.contacts.append(contact)
        for name, observation in draft.evidence.items():
            self.plan.evidence.append(self._evidence(service, contact, name, observation))
        return contact

    def _merge_service(self, service: Service) -> None:
        draft = self.draft
        for name in SERVICE_FIELDS:
            self._merge_field(service, None, name, (name,), draft, draft.evidence.get(name))
        for name, observation in draft.loose:
            self._observe(service, None, name, observation)
        # A weaker or older list says nothing about the stage that a record has reached.
        current, seen = service, draft.seen
        known = Observation("", current.source, current.stage_on, current.stage)
        if (seen.source, seen.on, seen.stage) != known[1:] and may_replace(seen, [known]):
            for name, value in (("stage", seen.stage), ("stage_on", seen.on), ("source", seen.source)):
                self._set(service, None, name, value)
        if service.remarks != draft.remarks:
            self._set(service, None, "remarks", draft.remarks)
        if draft.safety not in (CLEAR, service.safety) and (service.id, None, "safety") not in self.state.decided:
            self._set(service, None, "safety", draft.safety)
        elif draft.safety != service.safety:
            # What was held back stays so until a person has looked; what a person let through no list takes back.
            self._conflict(service, None, "safety", service.safety, draft.safety, seen)

    def _merge_contacts(self, service: Service) -> None:
        present = self.state.contacts[service.id]
        kept: set[uuid.UUID] = set()
        for draft in self.draft.contacts:
            identity = draft.identity(service.id)
            kept.add(identity)
            contact = present.get(identity)
            if contact is not None:
                self._merge_contact(service, contact, draft)
            elif self._better_known(service, present.values(), draft):
                self._conflict(service, None, "contact", "", f"{draft.channel} {draft.as_stated}", self.draft.seen)
            else:
                made = self._create_contact(service, draft)
                shown = f"{made.channel} {made.dial or made.as_stated}"
                self.plan.changes.append(self._change(service, made.id, "contact", "", shown))
        for identity, contact in present.items():
            if identity not in kept and contact.withheld not in _WITHHELD_BY_LOAD:
                self._retire(service, contact)

    def _merge_contact(self, service: Service, contact: Contact, draft: ContactDraft) -> None:
        for name, columns in CONTACT_FIELDS.items():
            self._merge_field(service, contact, name, columns, draft, draft.evidence.get(name))
        if contact.position != draft.position:
            self._set(service, contact, "position", draft.position)
        if contact.withheld != draft.withheld and (service.id, contact.id, "withheld") not in self.state.decided:
            self._set(service, contact, "withheld", draft.withheld)

    def _merge_field(
        self,
        service: Service,
        contact: Contact | None,
        name: str,
        columns: Sequence[str],
        draft: ServiceDraft | ContactDraft,
        observation: Observation | None,
    ) -> None:
        """Compare one field (or several columns that are one fact) with the draft; replace, clear, or ask a person."""
        record: Service | Contact = contact or service
        different = [column for column in columns if getattr(record, column) != getattr(draft, column)]
        if not different:
            if observation is not None:
                self._observe(service, contact, name, observation)
            return
        known = self.state.evidence[service.id, contact.id if contact else None, name]
        blank = not as_text(getattr(record, columns[0])) and not known
        seen = observation or self.draft.seen
        if observation is None:
            # The source says nothing: what it said before goes, what anybody else said stays.
            if known and not may_clear(seen, known, (seen.source, NUMBERING_PLAN)):
                return
        elif not blank and not may_replace(seen, known):
            if seen.source != NUMBERING_PLAN:  # a plan's general rule is no news about one number
                before, after = (" ".join(as_text(getattr(r, c)) for c in columns[:1]) for r in (record, draft))
                self._conflict(service, contact, name, before, after, seen)
            return
        for column in different:
            self._set(service, contact, column, getattr(draft, column))
        self._observe(service, contact, name, seen)

    def _better_known(self, service: Service, present: Iterable[Contact], draft: ContactDraft) -> bool:
        """Whether a contact of the same channel rests on newer or higher evidence than this row's."""
        seen = self.draft.seen
        return any(
            contact.channel == draft.channel
            and (known := self.state.evidence[service.id, contact.id, "dial"])
            and not may_replace(seen, known)
            for contact in present
        )

    def _retire(self, service: Service, contact: Contact) -> None:
        """Keep from children a contact that its source names no longer; what others vouch for is for people."""
        known = self.state.evidence[service.id, contact.id, "dial"]
        seen = self.draft.seen
        if not any(observation.source == seen.source for observation in known):
            return  # it never came from this source
        if may_clear(seen, known, (seen.source,)):
            if (service.id, contact.id, "withheld") not in self.state.decided:
                self._set(service, contact, "withheld", NOT_IN_SOURCE)
        elif any(stage_rank(observation.stage) <= stage_rank(seen.stage) for observation in known):
            self._conflict(service, contact, "contact", f"{contact.channel} {contact.dial}", "", seen)

    def _set(self, service: Service, contact: Contact | None, column: str, value: object) -> None:
        record: Service | Contact = contact or service
        before = as_text(getattr(record, column))
        setattr(record, column, value)
        if contact is not None:
            self.plan.changed_contacts[contact.id] = contact
        self.plan.changed_services[service.id] = service
        self.touched = True
        if column != "position":  # an order within a row is nobody's fact
            after = as_text(value)
            self.plan.changes.append(self._change(service, contact.id if contact else None, column, before, after))

    def _observe(self, service: Service, contact: Contact | None, name: str, observation: Observation) -> None:
        known = self.state.evidence[service.id, contact.id if contact else None, name]
        if observation not in known:
            known.append(observation)
            self.plan.evidence.append(self._evidence(service, contact, name, observation))

    def _conflict(
        self, service: Service, contact: Contact | None, name: str, before: str, after: str, seen: Observation
    ) -> None:
        detail = {
            "field": name,
            "current": before,
            "incoming": after,
            "source": seen.source,
            "observed_on": seen.on.isoformat() if seen.on else "",
        }
        self._task(CONFLICT, service, contact, detail)

    def _task(self, kind: str, service: Service, contact: Contact | None, detail: Mapping[str, object]) -> None:
        """Open a task, unless the same was opened before: also if a person has already decided it."""
        task = Task(kind=kind, service=service, contact_id=contact.id if contact else None, detail=dict(detail))
        if _task_key(task) not in self.state.tasks:
            self.state.tasks.add(_task_key(task))
            self.plan.tasks.append(task)

    def _change(self, service: Service, contact: uuid.UUID | None, name: str, before: str, after: str) -> Change:
        return Change(service=service, contact_id=contact, field=name, before=before, after=after, by=self.by, via=LOAD)

    def _evidence(self, service: Service, contact: Contact | None, name: str, seen: Observation) -> Evidence:
        return Evidence(
            service=service,
            contact=contact,
            field=name,
            value=seen.value,
            source=seen.source[:300],
            observed_on=seen.on,
            stage=seen.stage,
            recorded_by=self.by,
        )


def _task_key(task: Task) -> tuple[object, ...]:
    detail = task.detail if task.kind == CONFLICT else {}
    return task.kind, task.service_id, task.contact_id, *sorted((name, str(value)) for name, value in detail.items())
