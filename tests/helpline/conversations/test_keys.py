"""What a thief of the database, of the root key, or of both can open: what stands in the promise, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction

from pop.helpline import database
from pop.helpline.conversations.actions.entering import child_enters, end, keep_way_back, pause
from pop.helpline.conversations.actions.moving import close, transfer_keys_to_team
from pop.helpline.conversations.actions.reading import read, staff_keys
from pop.helpline.conversations.models import CaseKey, ChildSession, Conversation, KeySeal, Message
from pop.helpline.conversations.queries.keys import all_leased, forget_opened, lease_key, lease_purpose, token_of
from pop.helpline.conversations.queries.talks import Said
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.models import TeamKeySeal
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.keys import escrow_pair
from pop.privacy.sealing import SealError, derive, open_message, open_under, open_with, open_with_two, pair_from_seed
from tests.helpline.conftest import House, cheap
from tests.helpline.conversations.steps import answer, begin, say, seen_by_child, take

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def everything_stored() -> list[bytes]:
    """Every 32-byte secret and every blob that a copy of the database holds, and what can be made of its texts."""
    found: list[bytes] = []
    for model in (Conversation, CaseKey, KeySeal, ChildSession, Message, TeamKeySeal):
        for row in model.objects.all():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if isinstance(value, (bytes, memoryview)):
                    found.append(bytes(value))
                elif isinstance(value, str):
                    found.append(value.encode())
    return found


def candidates(stored: Iterable[bytes], root: bytes | None) -> set[bytes]:
    """Every key that a thief might try: what is stored, and everything the code derives from it and from the root."""
    secrets = {each for each in stored if each}
    if root is not None:
        secrets |= {root, lease_key(), derive(root, "founding seals")}
        for each in list(secrets):
            text = each.decode("latin-1")
            token = token_of(derive(root, f"session:{text}"))
            secrets |= {token.encode(), derive(root, f"session:{text}")}
    keys = {each for each in secrets if len(each) == 32}
    keys |= {derive(each, "child session") for each in secrets}
    keys |= {pair_from_seed(each).private for each in list(keys)}
    return keys


def opened_by(keys: set[bytes]) -> list[str]:
    """Return the words that any of these keys opens, through any seal and any lease."""
    case_keys = set(keys)
    for seal in KeySeal.objects.all():
        for key in keys:
            try:
                case_keys.add(open_with(key, bytes(seal.blob)))
            except SealError:
                continue
    for row in CaseKey.objects.filter(lease__isnull=False):
        for key in keys:
            try:
                case_keys.add(
                    open_under(key, bytes(row.lease or b""), purpose=lease_purpose(row.conversation_id, row.epoch))
                )
            except SealError:
                continue
    words: list[str] = []
    for message in Message.objects.all():
        for key in case_keys:
            try:
                words.append(
                    open_message(
                        key,
                        bytes(message.blob),
                        case=message.conversation_id,
                        epoch=message.epoch,
                        sequence=message.sequence,
                        author=message.author,
                        client_key=message.client_key,
                    )
                )
            except SealError:
                continue
    return words


def test_a_stolen_database_opens_nothing(house: House) -> None:
    opened = begin(house, "nobody may read this")
    keep_way_back(opened.token, "en", derive=cheap)
    take(opened.conversation, house.counsellor)
    answer(opened.conversation, house.counsellor, "nor this")
    assert opened_by(candidates(everything_stored(), None)) == []


def test_the_root_key_opens_what_is_open_and_nothing_that_is_closed(house: House) -> None:
    going_on, over = begin(house, "still open"), begin(house, "over for good")
    keep_way_back(over.token, "en", derive=cheap)
    end(over.token)
    found = opened_by(candidates(everything_stored(), keyring().root))
    assert "still open" in found
    assert all("over for good" not in each for each in found)
    end(going_on.token)
    assert opened_by(candidates(everything_stored(), keyring().root)) == []
    assert seen_by_child(over.token)[0] == (1, "child", "over for good")


@pytest.mark.parametrize("way", ["sleeping", "message_left"])
def test_the_root_key_opens_nothing_that_sleeps_or_was_left(house: House, way: str) -> None:
    if way == "message_left":
        line_actions.change_hours(line=house.line, hours="off", languages=["en"], by=house.supervisor.id)
    opened = begin(house, "for a person only")
    if way == "sleeping":
        pause(opened.token)
    assert Conversation.objects.get().state == way
    assert opened_by(candidates(everything_stored(), keyring().root)) == []
    assert say(opened, "and this").sequence > 1
    assert seen_by_child(opened.token)[0] == (1, "child", "for a person only")


def test_an_opened_key_is_dropped_when_the_conversation_closes(house: House) -> None:
    opened = begin(house)
    assert all_leased(opened.conversation)
    close(conversation=opened.conversation, by=None, ended_by="system")
    assert all_leased(opened.conversation) == {}


def test_any_two_of_the_escrow_open_a_closed_case_and_one_does_not(house: House, helpline_keys: Path) -> None:
    opened = begin(house, "for a court, perhaps")
    expected = child_enters(opened.token)
    end(opened.token)
    seal = KeySeal.objects.get(recipient="escrow")
    holders = {each: escrow_pair(helpline_keys / f"escrow-{each}.key").private for each in "abc"}
    for pair in ("ab", "ac", "bc"):
        key = open_with_two({each: holders[each] for each in pair}, bytes(seal.blob))
        assert expected is not None
        assert key == expected.keys[1]
    for one in "abc":
        with pytest.raises(SealError):
            open_with_two({one: holders[one]}, bytes(seal.blob))


def test_a_transfer_begins_an_epoch_that_the_former_team_cannot_open(house: House) -> None:
    opened = begin(house, "to the first team")
    second = line_actions.create_team(
        line=house.line, name="Second", intake=False, founders=[house.supervisor.id], by=house.supervisor.id
    )
    line_actions.admit(
        team=second,
        staff=house.colleague.id,
        role="counsellor",
        by=house.supervisor.id,
        by_key=house.supervisor.private,
    )
    line_actions.leave(team=house.team, staff=house.colleague.id, by=house.supervisor.id)
    transfer_keys_to_team(conversation=opened.conversation, team=second, by=house.supervisor.id)
    say(opened, "to the second team")
    assert [each[2] for each in seen_by_child(opened.token)] == ["to the first team", "to the second team"]
    with pytest.raises(RefusedError, match="unknown"):
        staff_keys(opened.conversation, house.counsellor.id, house.counsellor.private)
    said = read(opened.conversation, staff=house.colleague.id, private_key=house.colleague.private, how="answer")
    assert [(each.text, each.readable) for each in said] == [("", False), ("to the second team", True)]


def test_shared_history_opens_for_the_new_team(house: House) -> None:
    opened = begin(house, "told once already")
    second = line_actions.create_team(
        line=house.line, name="Second", intake=False, founders=[house.supervisor.id], by=house.supervisor.id
    )
    keys = staff_keys(opened.conversation, house.counsellor.id, house.counsellor.private)
    transfer_keys_to_team(conversation=opened.conversation, team=second, by=house.counsellor.id, share=keys)
    line_actions.leave(team=house.team, staff=house.counsellor.id, by=house.counsellor.id)
    supervisor = house.supervisor
    said = read(opened.conversation, staff=supervisor.id, private_key=supervisor.private, how="supervise")
    assert [each.text for each in said] == ["told once already"]


def test_an_epoch_that_was_undone_leaves_no_key_behind(house: House) -> None:
    opened = begin(house, "before")
    for kept in (False, True):
        with database.atomic():
            transfer_keys_to_team(conversation=opened.conversation, team=house.team, by=None)
            say(opened, f"kept {kept}")
            transaction.set_rollback(not kept, using=database.ALIAS)
    say(opened, "after")
    assert [each[2] for each in seen_by_child(opened.token)] == ["before", "kept True", "after"]


def test_a_blob_moved_to_another_row_does_not_open(house: House) -> None:
    first, second = begin(house, "one"), begin(house, "two")
    blobs = {row.conversation_id: bytes(row.blob) for row in Message.objects.all()}
    Message.objects.filter(conversation=first.conversation).update(blob=blobs[second.conversation])
    inside = child_enters(first.token)
    assert inside is not None
    forget_opened()
    assert not read_all(house, first.conversation)[0].readable


def read_all(house: House, conversation: UUID) -> list[Said]:
    return read(conversation, staff=house.counsellor.id, private_key=house.counsellor.private, how="answer")
