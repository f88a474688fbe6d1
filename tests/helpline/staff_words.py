"""Let invented staff write given words into every sealed field of the conversations in this process's data directory.

Run as a program: it reads JSON {"conversations": [hex, …], "words": [text, …]} from its input and uses the words up, in
order and again from the start: answers, notes, identities and the notes of hand-overs.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from itertools import cycle
from uuid import UUID

import django

PASSWORD = "an invented passphrase of staff"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pop.server.settings")
    django.setup()
    # Only after Django is set up can the product be asked; this is a program of its own.
    from pop.helpline.cases.actions.private import Identified, write_identity, write_note  # noqa: PLC0415
    from pop.helpline.conversations.live.sending import Sending, send_now  # noqa: PLC0415
    from pop.helpline.lines import actions as lines  # noqa: PLC0415
    from pop.helpline.lines import queries  # noqa: PLC0415
    from pop.helpline.queue.actions.duty import go_on_duty  # noqa: PLC0415
    from pop.helpline.queue.actions.handing import hand_over  # noqa: PLC0415
    from pop.helpline.queue.actions.taking import take  # noqa: PLC0415
    from pop.people.actions import create_ready_staff  # noqa: PLC0415
    from pop.people.key_actions import open_key  # noqa: PLC0415

    given = json.loads(sys.stdin.read())
    words = cycle(given["words"])
    line = next(each.id for each in queries.lines() if not each.practice)
    team = queries.intake_team(line)
    assert team is not None
    people = []
    for number in range(2):
        address = f"invented{number}@example.org"
        person = create_ready_staff(
            email=address, name="", roles=["counsellor"], password=PASSWORD, totp_secret="JBSWY3DPEHPK3PXP"
        )
        lines.admit(team=team.id, staff=person.pk, role="counsellor", by=None, by_key=None)
        key = open_key(staff=person.pk, password=PASSWORD)
        assert key is not None
        go_on_duty(staff=person.pk, line=line, capacity=8, languages=["en"], given=False)
        people.append((person.pk, key.private))
    (staff, private), (other, _) = people
    for hexadecimal in given["conversations"][:8]:
        conversation = UUID(hexadecimal)
        take(conversation=conversation, staff=staff, private_key=private)
        for _ in range(3):
            send_now(
                Sending(
                    conversation=conversation,
                    author="counsellor",
                    text=next(words),
                    client_key=secrets.token_hex(8),
                    staff=staff,
                )
            )
        write_note(conversation=conversation, staff=staff, private_key=private, text=next(words))
        identity = Identified(name=next(words), phone=next(words), address=next(words))
        write_identity(conversation=conversation, staff=staff, private_key=private, identity=identity)
        hand_over(conversation=conversation, by=staff, private_key=private, to_staff=other, warm=True, note=next(words))


if __name__ == "__main__":
    main()
