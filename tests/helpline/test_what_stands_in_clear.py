"""What somebody reads who steals the database: every column of the helpline that holds text, and what is in it.

A new column of text fails until somebody has said here what it holds. What a child wrote, and who it is, stands in
bytes only, sealed; `test_canaries` looks for words in the files themselves.
"""

from __future__ import annotations

from django.apps import apps
from django.db import models

# What a column holds: one of our codes; what somebody of the organisation wrote about its own work; what the directory
# publishes; a random value, or the hash of one, that opens nothing; ids of staff.
CODE, STAFF_WROTE, PUBLISHED, RANDOM, STAFF = "code", "staff wrote", "published", "random", "staff"

COLUMNS = {
    "Answers": {},
    "AnswersGiven": {"mark": RANDOM},
    "BrokenGlass": {"reason": CODE},
    "CannedAnswer": {"language": CODE, "shortcut": STAFF_WROTE, "title": STAFF_WROTE, "text": STAFF_WROTE},
    "CaseKey": {},
    "ChildSession": {"token_hash": RANDOM, "state": CODE},
    "Complaint": {"concerns": STAFF, "state": CODE, "client_key": RANDOM},
    "ComplaintSeal": {"recipient": CODE, "recipient_id": RANDOM},
    "ContactRecord": {
        "channel": CODE,
        "language": CODE,
        "country": CODE,
        "edition": CODE,
        "contact_type": CODE,
        "categories": CODE,
        "actions_taken": CODE,
        "age_band": CODE,
        "vulnerable_groups": CODE,
        "living_situation": CODE,
    },
    "Conversation": {
        "channel": CODE,
        "state": CODE,
        "language": CODE,
        "country": CODE,
        "age": CODE,
        "tile": CODE,
        "ended_by": CODE,
        "retention": CODE,
        "contact_type": CODE,
        "topic_group": CODE,
        "age_band": CODE,
    },
    "DangerStep": {"step": CODE},
    "FirstMessages": {},
    "Glance": {"why": CODE},
    "HandOver": {},
    "Identity": {},
    "KeySeal": {"recipient": CODE, "recipient_id": RANDOM},
    "Line": {
        "name": PUBLISHED,
        "countries": CODE,
        "languages": CODE,
        "hours": PUBLISHED,
        "timezone": CODE,
        "emergency_contact": STAFF_WROTE,
        "danger_steps": STAFF_WROTE,
    },
    "Message": {"author": CODE, "kind": CODE, "client_key": RANDOM},
    "Note": {},
    "PracticeRun": {"script": CODE, "feedback": STAFF_WROTE},
    "Presence": {"state": CODE, "languages": CODE},
    "Referral": {"service_name": PUBLISHED, "kind": CODE, "agreed": CODE},
    "RiskCheck": {"answers": CODE, "level": CODE},
    "Team": {"name": STAFF_WROTE},
    "TeamKey": {},
    "TeamKeySeal": {},
    "TeamMember": {"role": CODE},
    "Wait": {"channel": CODE, "outcome": CODE},
}
TEXT = (models.CharField, models.TextField, models.JSONField)


def test_every_column_of_text_has_been_thought_about() -> None:
    found = {
        model.__name__: {each.name for each in model._meta.concrete_fields if isinstance(each, TEXT)}
        for model in apps.get_app_config("helpline").get_models()
    }
    assert found == {name: set(columns) for name, columns in COLUMNS.items()}
