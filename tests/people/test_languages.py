"""The console in four languages: whose choice counts, what follows it, and which way a page is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client, RequestFactory
from django.utils import translation

from pop.people import actions
from pop.people.models import Staff
from pop.people.pages import layout
from pop.people.pages.languages import current_language
from pop.people.pages.layout import language_of, later, speaker
from pop.people.words import WORDS
from pop.places import words
from pop.places.words import CONSOLE_LANGUAGES, LANGUAGES

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

# Invented translations, so that these tests do not wait for the real ones.
ARABIC = {"staff_title": "الموظفون", "staff_name": "الاسم", "enter_password": "كلمة", "role_editor": "محرر"}


@pytest.fixture
def some_arabic(monkeypatch):
    real = words.catalogue
    invented = {(f"people.{key}", WORDS.texts[key]): text for key, text in ARABIC.items()}
    monkeypatch.setattr(words, "catalogue", lambda language: invented if language == "ar" else real(language))


def opening(client: Client, path: str, **headers: str) -> str:
    page = client.get(path, headers=headers or None).content.decode()
    return re.search(r"<html[^>]*>", page)[0]


def test_before_sign_in_the_browsers_language_counts_among_the_four(console):
    for asked, tag in (
        ("ar-EG,en;q=0.5", '<html lang="ar" dir="rtl">'),
        ("sw, fr;q=0.9, en;q=0.1", '<html lang="fr" dir="ltr">'),
        ("es-419", '<html lang="es" dir="ltr">'),
        ("ru, zh, pt", '<html lang="en" dir="ltr">'),
        ("*", '<html lang="en" dir="ltr">'),
        ("x" * 10_000, '<html lang="en" dir="ltr">'),
        ("\u00e9;q=nothing,,;", '<html lang="en" dir="ltr">'),
    ):
        assert opening(Client(), "/account/login/", accept_language=asked.encode().decode("latin-1")) == tag


def test_a_persons_own_choice_counts_before_the_browsers(as_staff):
    client = as_staff("administrator")
    answer = client.post("/language", {"language": "ar", "next": "/staff?q=a"})
    assert (answer.status_code, answer["Location"]) == (302, "/staff?q=a")
    assert Staff.objects.get(pk=client.person.pk).language == "ar"
    assert opening(client, "/staff", accept_language="fr") == '<html lang="ar" dir="rtl">'
    client.post("/language", {"language": ""})
    assert opening(client, "/staff", accept_language="fr") == '<html lang="fr" dir="ltr">'


def test_only_the_four_languages_can_be_chosen_and_only_for_oneself(as_staff, console):
    client = as_staff("editor")
    for language in ("sw", "xx", "../ar", "ar "):
        client.post("/language", {"language": language})
        assert Staff.objects.get(pk=client.person.pk).language == ""
    with pytest.raises(actions.RefusedError, match="language_wrong"):
        actions.choose_language(staff=client.person.pk, language="ru")
    assert console.post("/language", {"language": "ar"})["Location"].startswith("/account/login/")


def test_choosing_leads_to_no_other_site(as_staff):
    client = as_staff("editor")
    for address in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""):
        assert client.post("/language", {"language": "fr", "next": address})["Location"] == "/"


def test_the_chooser_stands_on_every_page_with_the_names_as_their_readers_write_them(as_staff):
    page = as_staff("administrator").get("/staff?q=x").content.decode()
    for language, name in (("ar", "العربية"), ("en", "English"), ("es", "español"), ("fr", "français")):
        assert re.search(f'<option value="{language}" lang="{language}"(?: selected)?>{name}</option>', page)
    assert '<option value="en" lang="en" selected>' in page
    assert 'name="next" value="/staff?q=x"' in page


def test_a_page_that_answers_a_form_is_not_asked_for_again(as_staff):
    client = as_staff("administrator")
    page = client.post("/staff/add", {"name": "A", "email": "a@example.org", "roles": ["editor"]}).content.decode()
    assert 'name="next" value="/"' in page


def test_lists_forms_and_what_a_module_keeps_follow_the_request(as_staff, some_arabic):
    client = as_staff("administrator")
    actions.choose_language(staff=client.person.pk, language="ar")
    page = client.get("/staff").content.decode()
    assert ARABIC["staff_title"] in page
    assert f'<option value="editor">{ARABIC["role_editor"]}</option>' in page
    assert ARABIC["staff_name"] in client.get("/staff/add").content.decode()
    assert ARABIC["enter_password"] in client.get("/account/password/").content.decode()
    # What has no translation yet is in English, and the next person's page is all English.
    assert "E-mail address" in page
    assert ARABIC["staff_title"] not in as_staff("administrator").get("/staff").content.decode()


def test_allauths_and_djangos_own_sentences_come_in_the_same_language(console, as_staff):
    wrong = {"login": "nobody@example.org", "password": "wrong"}
    said = {
        language: re.search(
            r'<p class="mistake"[^>]*>(.*?)</p>',
            Client().post("/account/login/", wrong, headers={"accept-language": language}).content.decode(),
        )[1]
        for language in CONSOLE_LANGUAGES
    }
    assert said["en"].startswith("The email address and/or password")
    assert len(set(said.values())) == 4
    client = as_staff("editor")
    actions.choose_language(staff=client.person.pk, language="fr")
    given = {"before": "a long enough passphrase", "password": "court", "again": "court"}
    assert "mot de passe est trop court" in client.post("/account/password/", given).content.decode()


def test_a_language_ends_with_its_request(console):
    Client().get("/account/login/", headers={"accept-language": "ar"})
    assert (current_language(), translation.get_language()) == ("en", "en")


def test_a_server_that_does_not_wait_speaks_the_same_languages(console):
    ask = async_to_sync(AsyncClient().get)
    for language in CONSOLE_LANGUAGES:
        page = ask("/account/login/", headers={"accept-language": language}).content.decode()
        assert f'<html lang="{language}"' in page
    assert translation.get_language() == "en"


def test_a_static_file_has_no_language_and_no_session(as_staff):
    answer = as_staff("editor").get("/static/mfa/js/webauthn.js", headers={"accept-language": "ar"})
    assert "Vary" not in answer
    assert "Set-Cookie" not in answer


def test_a_speaker_speaks_the_language_it_is_given_or_the_requests(some_arabic):
    say = speaker()
    label = later(say, "staff_name", "staff_title")
    assert (say["staff_title"], say.direction, label) == ("Staff", "ltr", "Name: Staff")
    with translation.override("ar"):
        assert (say["staff_title"], say.direction) == (ARABIC["staff_title"], "rtl")
        assert str(label) == f"{ARABIC['staff_name']}: {ARABIC['staff_title']}"
        assert speaker(language="en")["staff_title"] == "Staff"
    with translation.override("sw"):
        assert say.language == "en"


def test_a_request_that_passed_no_middleware_is_answered_all_the_same(db):
    request = RequestFactory().get("/", headers={"accept-language": "es"})
    assert language_of(request) == "es"
    assert set(CONSOLE_LANGUAGES) < set(LANGUAGES)
    assert layout.shell(request)["say"].language == "es"


def test_the_styles_have_no_left_and_no_right():
    """Each would be wrong in Arabic: a page turns round by logical properties alone."""
    styles = (Path(layout.__file__).parent / "console.css").read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w-])(?:left|right|(?:margin|padding|border)-(?:left|right))\b", styles) == []
