"""The addresses of a child's conversation. A language and a country are all that ever stands in one."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, re_path

from pop.helpline.talk.http import back, rights, talking, writing

public_urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^write\Z", writing.write),
    re_path(r"^back\Z", back.back),
    re_path(r"^talk\Z", talking.talk),
    re_path(r"^talk/look\Z", talking.look),
    re_path(r"^talk/say\Z", talking.say),
    re_path(r"^talk/earlier\Z", talking.earlier),
    re_path(r"^talk/pause\Z", talking.take_break),
    re_path(r"^talk/end\Z", talking.finish),
    re_path(r"^talk/forget\Z", talking.delete),
    re_path(r"^talk/answers\Z", talking.answers),
    re_path(r"^talk/agree\Z", talking.agree),
    re_path(r"^talk/language\Z", talking.language),
    re_path(r"^talk/keep\Z", rights.keep),
    re_path(r"^talk/readers\Z", rights.readers),
    re_path(r"^talk/complain\Z", rights.complaints),
    re_path(r"^talk/confidential\Z", rights.confidential),
]
