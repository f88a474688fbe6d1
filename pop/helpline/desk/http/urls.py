"""The addresses of the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pop.helpline.desk.http import (
    answers,
    closed,
    closing,
    phone,
    practice,
    safety,
    services,
    talks,
    tools,
    workspace,
)

_C = "desk/c/<uuid:conversation>"

console_urlpatterns: list[URLPattern | URLResolver] = [
    path("desk", workspace.desk, name="desk"),
    path("desk/queue", workspace.queue_part, name="desk_queue"),
    path("desk/duty", workspace.set_duty, name="desk_duty"),
    path("desk/duty/now", workspace.duty_part, name="desk_duty_now"),
    path("desk/beat", workspace.beat, name="desk_beat"),
    path("desk/token", workspace.token, name="desk_token"),
    path("desk/next", workspace.take_next, name="desk_next"),
    path("desk/offers/<uuid:hand_over>/accept", workspace.accept_offer, name="desk_offer_accept"),
    path("desk/offers/<uuid:hand_over>/decline", workspace.decline_offer, name="desk_offer_decline"),
    path("desk/offers/<uuid:hand_over>/note", workspace.offer_note, name="desk_offer_note"),
    path("desk/closed", closed.closed_list, name="desk_closed"),
    path("desk/phone", phone.phone, name="desk_phone"),
    path("desk/practice", practice.practice, name="desk_practice"),
    path("desk/answers", answers.answers, name="desk_answers"),
    path(_C, talks.talk_one, name="desk_talk"),
    path(f"{_C}/head", talks.talk_head, name="desk_head"),
    path(f"{_C}/take", talks.take, name="desk_take"),
    path(f"{_C}/wake", talks.wake, name="desk_wake"),
    path(f"{_C}/sleep", talks.sleep, name="desk_sleep"),
    path(f"{_C}/ask", talks.ask, name="desk_ask"),
    path(f"{_C}/leave", talks.leave, name="desk_leave"),
    path(f"{_C}/canned", talks.canned, name="desk_canned"),
    path(f"{_C}/promise", tools.promise, name="desk_promise"),
    path(f"{_C}/hand-over", tools.hand_over, name="desk_hand_over"),
    path(f"{_C}/abuse", tools.abuse, name="desk_abuse"),
    path(f"{_C}/notes", tools.notes, name="desk_notes"),
    path(f"{_C}/risk", safety.risk, name="desk_risk"),
    path(f"{_C}/steps", safety.steps, name="desk_steps"),
    path(f"{_C}/identity", safety.identity, name="desk_identity"),
    path(f"{_C}/find", services.find, name="desk_find"),
    path(f"{_C}/read", closed.read_one, name="desk_read"),
    path(f"{_C}/close", closing.close, name="desk_close"),
]
