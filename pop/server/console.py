"""The console: staff only."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from pop.evidence.maps.http.urls import console_urlpatterns as maps
from pop.evidence.maps.queries import hidden_in_country
from pop.helpline.desk.http.urls import console_urlpatterns as desk
from pop.helpline.supervision.http.complaints import escrow_alerts
from pop.helpline.supervision.http.urls import console_urlpatterns as supervision
from pop.people.http.urls import console_urlpatterns as people
from pop.people.pages.alerts import use_alerts
from pop.registry.directory.http.console.urls import console_urlpatterns as registry
from pop.registry.directory.queries.shield import use_shield
from pop.registry.mapping.http.urls import console_urlpatterns as mapping
from pop.surveys.console.http.urls import console_urlpatterns as surveys
from pop.surveys.importing.http.urls import console_urlpatterns as importing
from pop.surveys.inviting.http.urls import console_urlpatterns as inviting

urlpatterns: list[URLPattern | URLResolver] = [
    *registry,
    *mapping,
    *maps,
    *importing,
    *surveys,
    *inviting,
    *desk,
    *supervision,
    *people,
]
use_alerts(escrow_alerts)
use_shield(hidden_in_country)
handler404 = "pop.people.pages.layout.missing"
