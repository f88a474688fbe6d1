"""The Open Referral door, read-only: HSDS 3.0 as its openapi.json describes it, under `/hsds/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from pop.people.entrance import anyone
from pop.places.problems import MEDIA_TYPE, problem
from pop.registry.directory.queries import pages
from pop.registry.exchange import hsds, queries
from pop.registry.exchange.profile import Term, taxonomies, taxonomy_by_id, term_by_id, terms

HSDS_VERSION = "3.0"
HSDS_OPENAPI = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
PER_PAGE = 20
MOST_PER_PAGE = 100
MOST_PAGES = 1_000_000
_FRESH = 300  # seconds: a suspended record leaves other people's stores soon

Item = TypeVar("Item")


class ParameterError(ValueError):
    """A parameter that is not understood: its name and what is accepted."""

    def __init__(self, parameter: str, *accepted: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.accepted = accepted


View = Callable[..., HttpResponse]


def _data(view: View) -> View:
    """Answer a wrong parameter with problem details that name it, and let good answers be kept and asked for again."""

    @anyone
    @gzip_page
    @require_safe
    def answered(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            return view(request, **named)
        except ParameterError as wrong:
            body = problem(
                400,
                "Not understood",
                "The value of this parameter is not accepted.",
                parameter=wrong.parameter,
                accepted=wrong.accepted,
            )
            return HttpResponse(body, status=400, content_type=MEDIA_TYPE)

    answered.__doc__ = view.__doc__
    answered.__name__ = view.__name__
    return answered


def _json(request: HttpRequest, found: object) -> HttpResponse:
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    answer = HttpResponse(status=304) if tag in known else HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={_FRESH}"
    return answer


def _missing() -> HttpResponse:
    return HttpResponse(
        problem(404, "Not found", "There is no published record with this id."), status=404, content_type=MEDIA_TYPE
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _given_id(request: HttpRequest, parameter: str) -> UUID | None:
    text = request.GET.get(parameter, "")
    found = _id(text)
    if text and found is None:
        raise ParameterError(parameter, "a UUID")
    return found


def _number(request: HttpRequest, parameter: str, usual: int, most: int) -> int:
    text = request.GET.get(parameter, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise ParameterError(parameter, f"1-{most}")
    return int(text)


def _paging(request: HttpRequest) -> tuple[int, int]:
    if request.GET.get("format", "json") != "json":
        raise ParameterError("format", "json")
    return _number(request, "page", 1, MOST_PAGES), _number(request, "per_page", PER_PAGE, MOST_PER_PAGE)


def _flag(request: HttpRequest, parameter: str) -> bool:
    text = request.GET.get(parameter, "").lower()
    if text not in {"", "true", "false"}:
        raise ParameterError(parameter, "true", "false")
    return text == "true"


def _search(request: HttpRequest) -> str:
    return request.GET.get("search", "")[:100].replace("\0", "")


def _page(request: HttpRequest, total: int, contents: list[hsds.Json], page: int, per_page: int) -> HttpResponse:
    last = -(-total // per_page)
    return _json(
        request,
        {
            "total_items": total,
            "total_pages": last,
            "page_number": page,
            "size": len(contents),
            "first_page": page == 1,
            "last_page": page >= last,
            "empty": not contents,
            "contents": contents,
        },
    )


def _slice(items: Iterable[Item], page: int, per_page: int) -> list[Item]:
    return list(items)[(page - 1) * per_page : page * per_page]


@_data
def about(request: HttpRequest) -> HttpResponse:
    """What this interface is: HSDS 3.0, with the profile whose taxonomies say what our attributes mean."""
    profile = request.build_absolute_uri("/hsds/taxonomies")
    return _json(request, {"version": HSDS_VERSION, "profile": profile, "openapi_url": HSDS_OPENAPI})


@_data
def services(request: HttpRequest) -> HttpResponse:
    """Published services, in order of id; `full=true` with everything nested."""
    return _services(request, lambda facts, now: hsds.service_object(facts, now=now))


@_data
def service_at_locations(request: HttpRequest) -> HttpResponse:
    """The one virtual place of each published service."""
    return _services(
        request,
        lambda facts, now: hsds.at_location(facts, full=False),
        lambda facts, now: hsds.at_location(facts, full=True),
    )


def _services(
    request: HttpRequest,
    brief: Callable[[pages.ServiceFacts, datetime], hsds.Json],
    whole: Callable[[pages.ServiceFacts, datetime], hsds.Json] | None = None,
) -> HttpResponse:
    page, per_page = _paging(request)
    full, now = _flag(request, "full"), timezone.now()
    total, found = queries.services_page(_wanted(request), page=page, per_page=per_page, now=now)
    conflicts = pages.conflicts_by_service([facts.id for facts in found], now=now) if full else {}

    def everything(facts: pages.ServiceFacts, now: datetime) -> hsds.Json:
        return hsds.full_service(facts, now=now, conflicts=conflicts.get(facts.id, ()))

    shown = (whole or everything) if full else brief
    return _page(request, total, [shown(facts, now) for facts in found], page, per_page)


def _wanted(request: HttpRequest) -> queries.Wanted:
    after = request.GET.get("modified_after", "")
    moment = None
    if after:
        try:
            moment = parse_datetime(after if "T" in after or " " in after else f"{after}T00:00:00")
            moment = moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):  # in UTC it may be a moment before the first year or after the last
            moment = None
        if moment is None:
            raise ParameterError("modified_after", "an ISO 8601 date and time")
    taxonomy = _given_id(request, "taxonomy_id")
    term = _given_id(request, "taxonomy_term_id")
    if term is not None and term not in term_by_id():
        raise ParameterError("taxonomy_term_id", "an id of /hsds/taxonomy_terms")
    if taxonomy is not None and taxonomy not in taxonomy_by_id():
        raise ParameterError("taxonomy_id", "an id of /hsds/taxonomies")
    return queries.Wanted(
        search=_search(request),
        organisation=_given_id(request, "organization_id"),
        modified_after=moment,
        term=term_by_id()[term] if term else None,
        taxonomy=taxonomy_by_id()[taxonomy].code if taxonomy else "",
    )


@_data
def service(request: HttpRequest, text: str) -> HttpResponse:
    """One service with everything nested."""
    return _one_service(request, _id(text))


@_data
def service_at_location(request: HttpRequest, text: str) -> HttpResponse:
    """One place: as HSDS 3.0's openapi.json has it, the whole service that is reached there."""
    place = _id(text)
    return _one_service(request, hsds.at_location_id(place) if place else None)


def _one_service(request: HttpRequest, id: UUID | None) -> HttpResponse:
    now = timezone.now()
    facts = queries.one_service(id, now=now) if id else None
    if facts is None:
        return _missing()
    history, _ = pages.history_of(facts)
    conflicts = pages.conflicts_by_service([facts.id], now=now).get(facts.id, ())
    return _json(request, hsds.full_service(facts, now=now, conflicts=conflicts, history=history))


@_data
def organizations(request: HttpRequest) -> HttpResponse:
    """Bodies with a published service; `full=true` with everything nested."""
    page, per_page = _paging(request)
    full = _flag(request, "full")
    total, found = queries.organisations_page(_search(request), page=page, per_page=per_page, now=timezone.now())
    contents = [hsds.organization_object(each[0].organisation_id, each, full=full) for each in found]
    return _page(request, total, contents, page, per_page)


@_data
def organization(request: HttpRequest, text: str) -> HttpResponse:
    """One body."""
    id = _id(text)
    found = queries.services_of(id, now=timezone.now()) if id else []
    return _json(request, hsds.organization_object(found[0].organisation_id, found, full=True)) if found else _missing()


@_data
def taxonomy_list(request: HttpRequest) -> HttpResponse:
    """The taxonomies of the profile."""
    page, per_page = _paging(request)
    search = _search(request).casefold()
    found = [each for each in taxonomies().values() if search in each.name.casefold()]
    contents = [hsds.taxonomy_object(each) for each in _slice(found, page, per_page)]
    return _page(request, len(found), contents, page, per_page)


@_data
def taxonomy(request: HttpRequest, text: str) -> HttpResponse:
    """One taxonomy."""
    found = taxonomy_by_id().get(_id(text) or UUID(int=0))
    return _json(request, hsds.taxonomy_object(found)) if found else _missing()


@_data
def taxonomy_terms(request: HttpRequest) -> HttpResponse:
    """The terms of the profile, all of them without parents or children."""
    page, per_page = _paging(request)
    wanted, parent = _given_id(request, "taxonomy_id"), _given_id(request, "parent_id")
    search = _search(request).casefold()

    def fits(term: Term) -> bool:
        return parent is None and wanted in {None, term.taxonomy.id} and search in term.name.casefold()

    found = [term for term in terms().values() if fits(term)]
    contents = [hsds.term_object(term) for term in _slice(found, page, per_page)]
    return _page(request, len(found), contents, page, per_page)


@_data
def taxonomy_term(request: HttpRequest, text: str) -> HttpResponse:
    """One term with its taxonomy."""
    found = term_by_id().get(_id(text) or UUID(int=0))
    return _json(request, hsds.term_object(found, full=True)) if found else _missing()


hsds_urlpatterns: list[URLPattern] = [
    path("hsds/", about),
    path("hsds/services", services),
    path("hsds/services/<str:text>", service),
    path("hsds/organizations", organizations),
    path("hsds/organizations/<str:text>", organization),
    path("hsds/taxonomies", taxonomy_list),
    path("hsds/taxonomies/<str:text>", taxonomy),
    path("hsds/taxonomy_terms", taxonomy_terms),
    path("hsds/taxonomy_terms/<str:text>", taxonomy_term),
    path("hsds/service_at_locations", service_at_locations),
    path("hsds/service_at_locations/<str:text>", service_at_location),
]
