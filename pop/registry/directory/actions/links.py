"""Looking at the registry's web addresses, so that a child gets a link only to what was there lately."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit import actions as audit
from pop.events import actions as events
from pop.registry.directory.actions.fetch import fetch as fetch_now
from pop.registry.directory.models import Contact, LinkCheck, Service, Task
from pop.registry.directory.rules.links import CHECK_AGAIN, UNREACHED, Fetched, Verdict, judge, secure_first

LAPSED = "link_lapsed"
_WEB = ("https://", "http://")

Fetch = Callable[[str], Fetched]


@dataclass
class LinksReport:
    """What a round of checks found."""

    asked: int = 0
    good: int = 0
    bad: list[str] = field(default_factory=list)  # "address: code"
    waiting: int = 0  # addresses that this round did not come to
    no_network: bool = False

    def lines(self) -> list[str]:
        """Return the report for a person."""
        if self.no_network:
            return ["no address answered: there seems to be no network here, and nothing was written down"]
        return [
            *(f"not a link: {line}" for line in self.bad),
            f"looked at {self.asked} addresses: {self.good} good, {len(self.bad)} not; {self.waiting} left for later",
        ]


def check_links(
    *,
    now: Callable[[], datetime],
    fetch: Fetch = fetch_now,
    limit: int = 0,
    progress: Callable[[str], None] | None = None,
) -> LinksReport:
    """Look at web addresses that nobody looked at lately, the longest unseen first, each written down by itself.

    Stop it at any time: what was seen is kept, and the next call goes on. `limit` bounds the number of addresses
    (0: all), `progress` is told one line for each. An address that does not answer is written down only once another
    one has answered: a cable that is out must not take every link from every child.
    """
    report = LinksReport()
    due = _due(now())
    todo = due[:limit] if limit else due
    unreached: list[tuple[str, Verdict, str]] = []
    for url in todo:
        verdict, final_url = _look(url, fetch)
        report.asked += 1
        if progress is not None:
            progress(f"{report.asked}/{len(todo)} {url}: {verdict.status}")
        if verdict.ok:
            report.good += 1
        else:
            report.bad.append(f"{url}: {verdict.status}")
        if verdict.status in UNREACHED and report.asked == len(report.bad) == len(unreached) + 1:
            unreached.append((url, verdict, final_url))
            continue
        for held in unreached:
            _write(*held, now())
        unreached = []
        _write(url, verdict, final_url, now())
    report.waiting = len(due) - len(todo)
    report.no_network = bool(unreached)
    return report


def _due(now: datetime) -> list[str]:
    """Return the addresses to look at: never seen first, then the longest unseen."""
    services = Service.objects.exclude(state="defunct").exclude(website="")
    urls = set(services.values_list("website", flat=True))
    for start in _WEB:
        contacts = Contact.objects.exclude(service__state="defunct").filter(dial__startswith=start)
        urls |= set(contacts.values_list("dial", flat=True))
    seen = dict(LinkCheck.objects.values_list("url", "checked_at"))
    due = [url for url in urls if url.startswith(_WEB) and (url not in seen or seen[url] + CHECK_AGAIN <= now)]
    return sorted(due, key=lambda url: (url in seen, seen.get(url, now), url))


def _look(url: str, fetch: Fetch) -> tuple[Verdict, str]:
    """Ask for an address, encrypted first; return the first good verdict, or else the last one."""
    verdict, final_url = Verdict(False, "unreachable"), url
    for address in secure_first(url):
        fetched = fetch(address)
        verdict, final_url = judge(url, fetched), fetched.final_url
        if verdict.ok:
            break
    return verdict, final_url


def _write(url: str, verdict: Verdict, final_url: str, now: datetime) -> None:
    """Keep one check; a link that is lost opens a task for people, one that changes reaches the snapshot."""
    with transaction.atomic():
        known = LinkCheck.objects.filter(url=url).first()
        was_good = known is not None and known.ok
        LinkCheck.objects.update_or_create(
            url=url,
            defaults={"checked_at": now, "ok": verdict.ok, "status": verdict.status[:40], "final_url": final_url[:300]},
        )
        owners = _owners(url)
        if not verdict.ok:
            detail = {"url": url, "status": verdict.status, "final_url": final_url[:300]}
            for service in owners:
                _open_task(service, url, detail)
        if verdict.ok != was_good:
            audit.record(
                action="check_link",
                object_type="link",
                object_id=url[:64],
                detail={"ok": verdict.ok, "status": verdict.status},
            )
            if owners:
                events.publish(name="registry_changed", payload={"countries": sorted(set(owners.values()))})


def _owners(url: str) -> dict[UUID, str]:
    """Return {service: its country} of those that name an address."""
    by_contact = Service.objects.filter(contacts__dial=url)
    rows = (Service.objects.filter(website=url) | by_contact).exclude(state="defunct").distinct()
    return dict(rows.values_list("id", "country"))


def _open_task(service: UUID, url: str, detail: dict[str, str]) -> None:
    """Open a task about a lost address, unless one is open already."""
    waiting = Task.objects.filter(kind=LAPSED, service_id=service, state="open")
    if not any(task.detail.get("url") == url for task in waiting):
        Task.objects.create(kind=LAPSED, service_id=service, detail=detail)
