"""The console's addresses and two more, behind which a view opens the private key of whoever asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from nacl.public import PrivateKey

from pop.people import unlocking
from pop.people.entrance import anyone, staff
from pop.server.console import urlpatterns as console


def _opened(request: HttpRequest) -> HttpResponse:
    public = PrivateKey(unlocking.private_key(request)).public_key
    return JsonResponse({"public": bytes(public).hex(), "edition": unlocking.key_edition(request)})


@anyone
def unguarded(request: HttpRequest) -> HttpResponse:
    """What `private_key` itself says, with no guard before it."""
    try:
        return _opened(request)
    except unlocking.LockedError:
        return HttpResponse("locked", status=423)


urlpatterns = [*console, path("keyhole", staff()(_opened)), path("keyhole/unguarded", unguarded)]
