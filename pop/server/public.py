"""The public door: children, platforms, visitors. No staff page can be routed here, because none is listed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from pop.evidence.maps.http.urls import public_urlpatterns as maps
from pop.evidence.maps.queries import hidden_in_country
from pop.helpline.talk.urls import public_urlpatterns as talk
from pop.places.problems import MEDIA_TYPE, problem
from pop.registry.directory.http.public import public_urlpatterns as registry
from pop.registry.directory.queries.shield import use_shield
from pop.registry.exchange.http import hsds_urlpatterns as exchange
from pop.signposting.finder.http import bad_request, not_found, went_wrong
from pop.signposting.finder.urls import urlpatterns as finder
from pop.surveys.inviting.http.urls import public_urlpatterns as inviting
from pop.surveys.pages.http.urls import public_urlpatterns as surveys

urlpatterns: list[URLPattern | URLResolver] = [*maps, *finder, *talk, *registry, *exchange, *surveys, *inviting]
use_shield(hidden_in_country)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing is here: to programs as a problem, to people as a page."""
    if request.path.startswith(("/v1/", "/hsds/")):
        body = problem(404, "Not here", "Nothing has this address. /openapi.yaml lists what there is.")
        return HttpResponse(body, status=404, content_type=MEDIA_TYPE)
    return not_found(request, exception)


def misread(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a request could not be read."""
    if request.path.startswith(("/v1/", "/hsds/")):
        body = problem(400, "Not understood", "The request could not be read.")
        return HttpResponse(body, status=400, content_type=MEDIA_TYPE)
    return bad_request(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, without a word of what was asked."""
    if request.path.startswith(("/v1/", "/hsds/")):
        body = problem(500, "Something went wrong", "Please try again in a moment.")
        return HttpResponse(body, status=500, content_type=MEDIA_TYPE)
    return went_wrong(request)


handler400 = "pop.server.public.misread"
handler404 = "pop.server.public.missing"
handler500 = "pop.server.public.broken"
