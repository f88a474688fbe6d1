"""The addresses of surveys at the console. Whatever is of one form has a word after the form's id: an id may be any."""

from __future__ import annotations

from django.urls import URLPattern, path

from pop.surveys.console.http import exports, forms, partners, submissions

console_urlpatterns: list[URLPattern] = [
    path("surveys", forms.surveys_list, name="surveys_list"),
    path("surveys/load", forms.survey_load, name="survey_load"),
    path("surveys/partners", partners.partners_list, name="partners_list"),
    path("surveys/partners/add", partners.partner_add, name="partner_add"),
    path("surveys/partners/<uuid:partner_id>", partners.partner_one, name="partner_one"),
    path("surveys/partners/<uuid:partner_id>/edit", partners.partner_edit, name="partner_edit"),
    path("surveys/partners/<uuid:partner_id>/token", partners.token_make, name="token_make"),
    path("surveys/partners/<uuid:partner_id>/link", partners.link_make, name="link_make"),
    path("surveys/partners/<uuid:partner_id>/token/<uuid:token_id>/end", partners.token_revoke, name="token_revoke"),
    path("surveys/partners/<uuid:partner_id>/link/<uuid:link_id>/end", partners.link_revoke, name="link_revoke"),
    path("surveys/submissions/<uuid:submission_id>", submissions.submission_one, name="submission_one"),
    path(
        "surveys/submissions/<uuid:submission_id>/respondent",
        submissions.submission_respondent,
        name="submission_respondent",
    ),
    path(
        "surveys/submissions/<uuid:submission_id>/files/<str:file>", submissions.submission_file, name="submission_file"
    ),
    path("surveys/<str:form>/versions", forms.survey_one, name="survey_one"),
    path("surveys/<str:form>/versions/<str:move>", forms.survey_move, name="survey_move"),
    path("surveys/<str:form>/submissions", submissions.submissions_list, name="submissions_list"),
    path("surveys/<str:form>/export", exports.submissions_export, name="submissions_export"),
]
