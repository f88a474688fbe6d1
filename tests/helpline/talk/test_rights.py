"""The way back, who has read, a complaint, and the promise."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.db import OperationalError

from pop.helpline import ringing
from pop.helpline.conversations.actions import complaining
from pop.helpline.conversations.actions.reading import read
from pop.helpline.conversations.models import ChildSession, Complaint
from pop.helpline.conversations.queries.talks import session_state
from pop.helpline.talk import trying
from pop.helpline.words.child import PROMISE, TALK
from pop.pages.leaving import SESSION_COOKIE
from pop.privacy.derivations import BusyError, Pool
from pop.privacy.keyring import keyring
from tests.helpline.conftest import cheap
from tests.helpline.talk.conftest import Child

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True, databases="__all__")]


def said(key: str) -> str:
    return TALK.say(key, "en", young=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Pool]:  # type: ignore[no-untyped-def]
    """Derive in turns as ever, without what makes it slow."""
    made = Pool(lambda: tmp_path / "derivations", lambda: keyring().peppers, derive=cheap)
    monkeypatch.setattr(trying, "pool", made)

    # The database of a test lives in memory, where two threads at once are refused instead of waiting for each other.
    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, trying._loop()).result(20)

    monkeypatch.setattr(trying, "_run", run)
    # No bell: on PostgreSQL it keeps a connection of its own, which would outlive the tests' database.
    monkeypatch.setattr(ringing, "send", lambda *_: None)
    yield made
    made.close()


def six_words(child: Child) -> str:
    page = child.post("/talk/keep").content.decode()
    return " ".join(re.findall(r"<li><bdi[^>]*>([^<]+)</bdi></li>", page))


def come_back(child: Child, words: str, language: str = "en") -> str:
    """Type words and wait as the page does; return where it leads or what it says."""
    answer = child.client.post("/back", {"words": words, "language": language, "country": "KE"})
    assert answer.status_code == 303
    assert set(re.findall(r"[?&](\w+)=", answer["Location"])) <= {"language", "country"}
    for _ in range(200):
        shown = child.client.get(answer["Location"])
        if shown.status_code == 303:
            return str(shown["Location"])
        page = str(shown.content.decode())
        if said("back_wait_title") not in page:
            return page
        time.sleep(0.02)
    raise AssertionError("the code was never tried")


def test_six_words_bring_the_conversation_back_on_another_device(writing: Child, again: Callable[[], Child]) -> None:
    assert "<li><bdi" not in writing.page("/talk/keep")
    words = six_words(writing)
    assert len(words.split()) == 6
    assert words not in writing.page("/talk/keep")
    other = again()
    assert come_back(other, words.upper().replace(" ", " - ")) == "/talk"
    assert "I am new here" in other.page()
    assert "I am new here" in writing.page()


def test_new_words_replace_the_old_ones(writing: Child, again: Callable[[], Child]) -> None:
    old = six_words(writing)
    assert said("keep_replaces") in writing.page("/talk/keep")
    new = six_words(writing)
    assert said("back_wrong") in come_back(again(), old)
    assert come_back(again(), new) == "/talk"


def test_wrong_words_and_words_of_nobody_are_answered_alike(writing: Child, again: Callable[[], Child]) -> None:
    words = six_words(writing).split()
    typed = [*words[1:], words[0]]
    wrong = come_back(again(), " ".join(typed))
    nobody = come_back(again(), "these are six words of nobody")
    assert wrong == nobody
    assert said("back_wrong") in wrong
    # One word alone may stand on every page by chance; no two of them do.
    assert not any(" ".join(pair) in wrong for pair in pairwise(typed))


def test_whoever_typed_wrong_words_may_try_again(writing: Child, again: Callable[[], Child]) -> None:
    words = six_words(writing)
    other = again()
    come_back(other, "these are six words of nobody")
    assert come_back(other, words) == "/talk"


def test_the_words_stand_in_no_address_and_no_cookie(writing: Child, again: Callable[[], Child]) -> None:
    words = six_words(writing)
    other = again()
    answer = other.client.post("/back", {"words": words, "language": "en"})
    head = " ".join(f"{name}: {value}" for name, value in answer.items()) + str(answer.cookies)
    # One of them may be a word of every answer's head by chance ("same", "path").
    assert sum(word in head for word in words.split()) < 3


def test_a_rush_is_told_to_wait_and_never_that_the_words_were_wrong(
    writing: Child, again: Callable[[], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        async def derive(self, folded: str, bucket: str) -> None:
            raise BusyError

        def is_full(self, bucket: str) -> bool:
            return False

    monkeypatch.setattr(trying, "pool", Full())
    page = come_back(again(), "these are six words of nobody")
    assert said("back_busy") in page
    assert said("back_wrong") not in page
    answer = writing.post("/talk/keep")
    assert answer.status_code == 503
    assert said("back_busy") in answer.content.decode()


def test_a_waiting_session_that_was_there_before_is_not_let_in(writing: Child, again: Callable[[], Child]) -> None:
    words = six_words(writing)
    somebody, child = again(), again()
    come_back(somebody, "these are six words of nobody")
    planted = somebody.token
    # The child types its words in the browser that somebody else had used, and still knows the cookie of.
    child.client.cookies[SESSION_COOKIE] = planted
    assert come_back(child, words) == "/talk"
    assert child.token != planted
    assert session_state(planted) == ""
    assert somebody.client.get("/talk").status_code != 203
    assert "I am new here" not in somebody.client.get("/talk").content.decode()


def test_who_finds_no_place_to_wait_leaves_nothing_behind(
    again: Callable[[], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "is_full", lambda _: True)
    answer = again().client.post("/back", {"words": "these are six words of nobody"})
    assert answer.status_code == 503
    assert said("back_busy") in answer.content.decode()
    assert ChildSession.objects.count() == 0


def test_of_a_flood_of_words_only_as_many_are_read_as_a_code_may_have(
    again: Callable[[], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(trying, "begin", lambda token, words, **_: tried.append(words))
    assert again().client.post("/back", {"words": "zebra " * 10_000}).status_code == 303
    assert len(tried[0]) <= 400


def test_no_words_begin_again_and_another_site_cannot_try_any(again: Callable[[], Child]) -> None:
    child = again()
    answer = child.client.post("/back", {"words": " "})
    assert said("back_title") in answer.content.decode()
    assert ChildSession.objects.count() == 0
    refused = child.client.post("/back", {"words": "a b c"}, headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert ChildSession.objects.count() == 0


def test_where_a_request_comes_from_is_a_salted_mark_and_no_address(rf) -> None:  # type: ignore[no-untyped-def]
    here = trying.bucket_of(rf.get("/back", REMOTE_ADDR="192.0.2.7"))
    assert here == trying.bucket_of(rf.get("/back", REMOTE_ADDR="192.0.2.7"))
    assert here != trying.bucket_of(rf.get("/back", REMOTE_ADDR="192.0.2.8"))
    assert "192" not in here


def test_the_child_sees_who_read_by_role_and_never_by_name(writing: Child) -> None:
    assert said("readers_none") in writing.page("/talk/readers")
    counsellor = writing.house.counsellor
    for _ in range(2):  # the same person twice in a minute reads as one
        read(writing.now().id, staff=counsellor.id, private_key=counsellor.private, how="answer")
    page = writing.page("/talk/readers")
    rows = re.findall(r"<li>.*?</li>", page)
    assert any(said("role_counsellor") in row for row in rows)
    assert len(rows) == len(set(rows))
    assert str(counsellor.id) not in page


def test_a_complaint_is_kept_once_and_its_answer_has_a_date(writing: Child) -> None:
    page = writing.page("/talk/complain")
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    for _ in range(2):
        answer = writing.post("/talk/complain", text="They <b>shouted</b>", key=found[1])
        assert (answer.status_code, answer["Location"]) == (303, "/talk/complain")
    assert Complaint.objects.count() == 1
    page = writing.page("/talk/complain")
    assert "Your complaint is here since" in page
    assert "You find an answer here by" in page
    [complaint] = Complaint.objects.all()
    boss = writing.house.supervisor
    complaining.answer_complaint(complaint=complaint.pk, text="We <i>talked</i>", by=boss.id, private_key=boss.private)
    page = writing.page("/talk/complain")
    assert "We &lt;i&gt;talked&lt;/i&gt;" in page
    assert "The answer of" in page


def test_a_complaint_that_is_refused_keeps_its_words(writing: Child) -> None:
    answer = writing.post("/talk/complain", text="x" * 4_001, key="k" * 22)
    assert answer.status_code == 400
    assert "x" * 4_001 in answer.content.decode()
    assert writing.post("/talk/complain", text=" ", key="k" * 22).status_code == 400
    writing.post("/talk/complain", text="one", key="k" * 22)
    assert writing.post("/talk/complain", text="two", key="k" * 22).status_code == 400


def test_a_complaint_can_be_made_after_the_end(writing: Child) -> None:
    writing.become("closed")
    assert writing.post("/talk/complain", text="one", key="k" * 22).status_code == 303


def test_the_promise_can_be_read_with_an_example_for_each_sentence(writing: Child) -> None:
    token = writing.client.cookies.pop(SESSION_COOKIE)
    page = writing.page("/talk/confidential?language=en&country=KE")
    for sentence in PROMISE:
        assert f'id="{sentence.replace("_", "-")}"' in page
        assert said(sentence.replace("promise", "example")) in page
    assert 'href="/write?language=en&amp;country=KE"' in page
    writing.client.cookies[SESSION_COOKIE] = token.value
    assert 'href="/talk"' in writing.page("/talk/confidential")


def test_a_complaint_is_still_in_its_box_where_the_database_does_not_answer(
    writing: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("disk full")

    own = writing.form()["token"]
    monkeypatch.setattr("pop.helpline.talk.http.inside.child_enters", fail)
    fields = {"text": "do not lose me", "key": "k" * 22, "token": own}
    answer = writing.client.post("/talk/complain", fields)
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "do not lose me</textarea>" in page
    assert own in page
    assert Complaint.objects.count() == 0
