"""After a conversation is closed no table says to the minute when anything in it happened."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.apps import apps
from django.db.models import DateTimeField

from pop.helpline.cases.actions.private import write_note
from pop.helpline.cases.actions.risk import check_risk
from pop.helpline.cases.actions.rounding import round_closed
from pop.helpline.cases.models import Note, RiskCheck
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import rounded
from pop.helpline.queue.actions.supervising import ask_to_look
from pop.helpline.queue.models import Glance
from tests.helpline.cases.test_closing import close_it, held
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import answer

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def exact_times(conversation: Conversation) -> list[str]:
    """Name every time of the conversation, and of whatever belongs to it, that is not a quarter of an hour."""
    found = []
    for model in apps.get_app_config("helpline").get_models():
        links = [field.name for field in model._meta.fields if field.related_model is Conversation]
        rows = [conversation] if model is Conversation else []
        for link in links:
            rows += list(model._default_manager.filter(**{link: conversation}))
        for row in rows:
            for field in model._meta.fields:
                moment = getattr(row, field.attname)
                if isinstance(field, DateTimeField) and isinstance(moment, datetime) and moment != rounded(moment):
                    found.append(f"{model.__name__}.{field.name}")
    return found


def test_closing_rounds_every_time_of_whatever_belongs_to_a_conversation(house: House) -> None:
    opened = held(house)
    me, conversation = house.counsellor, opened.conversation
    answer(conversation, me, "hello")
    write_note(conversation=conversation, staff=me.id, private_key=me.private, text="an invented note")
    ask_to_look(conversation=conversation, staff=me.id)
    answers = {"immediate_danger": "no", "suicide": "no", "abuser_near": "not_known", "age": "13_15"}
    check_risk(conversation=conversation, staff=me.id, private_key=me.private, answers=answers)
    assert Note.objects.exists()
    assert Glance.objects.exists()
    assert RiskCheck.objects.exists()
    assert exact_times(Conversation.objects.get(pk=conversation)) != [], "nothing is exact before, so nothing is shown"
    close_it(house, conversation)
    round_closed({"conversation": str(conversation), "state": "closed", "line": ""})
    assert exact_times(Conversation.objects.get(pk=conversation)) == []


def test_news_of_another_state_rounds_nothing(house: House) -> None:
    opened = held(house)
    ask_to_look(conversation=opened.conversation, staff=house.counsellor.id)
    before = Glance.objects.values_list("made_at", flat=True).get()
    round_closed({"conversation": str(opened.conversation), "state": "active", "line": ""})
    assert Glance.objects.values_list("made_at", flat=True).get() == before
