"""The addresses of the registry at the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pop.registry.directory.http.console import editing, emergency, lists, notices, overview, proposals, services, tasks

console_urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("services", services.service_list, name="service_list"),
    path("services/add", editing.service_add, name="service_add"),
    path("services/<uuid:service_id>", services.service_one, name="service_one"),
    path("services/<uuid:service_id>/edit", editing.service_edit, name="service_edit"),
    path("services/<uuid:service_id>/suspend", services.service_suspend, name="service_suspend"),
    path("services/<uuid:service_id>/propose/<slug:kind>", editing.service_state, name="service_state"),
    path("services/<uuid:service_id>/notice", notices.notice_add_to, name="notice_add_to"),
    path("services/<uuid:service_id>/contacts/add", editing.contact_add, name="contact_add"),
    path("services/<uuid:service_id>/contacts/<uuid:contact_id>/edit", editing.contact_edit, name="contact_edit"),
    path("services/<uuid:service_id>/contacts/<uuid:contact_id>/remove", editing.contact_remove, name="contact_remove"),
    path("proposals", proposals.proposal_list, name="proposal_list"),
    path("proposals/<uuid:proposal_id>", proposals.proposal_one, name="proposal_one"),
    path("proposals/<uuid:proposal_id>/approve", proposals.proposal_approve, name="proposal_approve"),
    path("proposals/<uuid:proposal_id>/reject", proposals.proposal_reject, name="proposal_reject"),
    path("proposals/<uuid:proposal_id>/withdraw", proposals.proposal_withdraw, name="proposal_withdraw"),
    path("tasks", tasks.task_list, name="task_list"),
    path("tasks/<uuid:task_id>", tasks.task_one, name="task_one"),
    path("tasks/<uuid:task_id>/done", tasks.task_finish, name="task_finish"),
    path("findings", lists.finding_list, name="finding_list"),
    path("notices", notices.notice_list, name="notice_list"),
    path("notices/add", notices.notice_add, name="notice_add"),
    path("notices/<uuid:notice_id>", notices.notice_one, name="notice_one"),
    path("notices/<uuid:notice_id>/end", notices.notice_end, name="notice_end"),
    path("emergency", emergency.emergency_list, name="emergency_list"),
    path("emergency/add", emergency.emergency_add, name="emergency_add"),
    path("emergency/<uuid:number_id>", emergency.emergency_one, name="emergency_one"),
    path("links", lists.link_list, name="link_list"),
]
