"""The addresses of supervision at the console."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pop.helpline.supervision.http import (
    audit,
    board,
    complaints,
    conversation,
    counts,
    glass,
    lines,
    practice,
    teams,
)

console_urlpatterns: list[URLPattern | URLResolver] = [
    path("board", board.board_page, name="board"),
    path("board/now", board.board_now, name="board_now"),
    path("board/seen/<uuid:glance_id>", board.glance_seen, name="glance_seen"),
    path("board/c/<uuid:conversation_id>", conversation.talk_page, name="board_talk"),
    path("board/c/<uuid:conversation_id>/read", conversation.talk_read, name="board_talk_read"),
    path("board/c/<uuid:conversation_id>/join", conversation.talk_join, name="board_talk_join"),
    path("board/c/<uuid:conversation_id>/write", conversation.talk_write, name="board_talk_write"),
    path("board/c/<uuid:conversation_id>/leave", conversation.talk_leave, name="board_talk_leave"),
    path("board/c/<uuid:conversation_id>/take-over", conversation.talk_take_over, name="board_talk_take_over"),
    path("board/c/<uuid:conversation_id>/reassign", conversation.talk_reassign, name="board_talk_reassign"),
    path("board/c/<uuid:conversation_id>/hold", conversation.talk_hold, name="board_talk_hold"),
    path("board/c/<uuid:conversation_id>/erase", conversation.talk_erase, name="board_talk_erase"),
    path("board/c/<uuid:conversation_id>/glass", glass.glass_ask, name="glass_ask"),
    path("board/glass", glass.glass_page, name="glass"),
    path("board/glass/<uuid:glass_id>/allow", glass.glass_allow, name="glass_allow"),
    path("board/glass/<uuid:glass_id>/refuse", glass.glass_refuse, name="glass_refuse"),
    path("board/glass/<uuid:glass_id>/end", glass.glass_end, name="glass_end"),
    path("board/audit", audit.audit_page, name="board_audit"),
    path("board/practice", practice.practice_page, name="board_practice"),
    path("board/practice/<uuid:run_id>", practice.practice_feedback, name="practice_feedback"),
    path("complaints", complaints.complaint_list, name="complaint_list"),
    path("complaints/<uuid:complaint_id>", complaints.complaint_one, name="complaint_one"),
    path("complaints/<uuid:complaint_id>/answer", complaints.complaint_answer, name="complaint_answer"),
    path("counts", counts.counts_page, name="counts"),
    path("lines", lines.line_list, name="line_list"),
    path("lines/add", lines.line_add, name="line_add"),
    path("lines/<uuid:line_id>", lines.line_one, name="line_one"),
    path("lines/<uuid:line_id>/settings", lines.line_settings, name="line_settings"),
    path("lines/<uuid:line_id>/hours", lines.line_hours, name="line_hours"),
    path("lines/<uuid:line_id>/close", lines.line_close, name="line_close"),
    path("lines/<uuid:line_id>/open", lines.line_open, name="line_open"),
    path("lines/<uuid:line_id>/steps", lines.line_steps, name="line_steps"),
    path("lines/<uuid:line_id>/teams/add", teams.team_add, name="team_add"),
    path("teams/<uuid:team_id>", teams.team_one, name="team_one"),
    path("teams/<uuid:team_id>/admit", teams.team_admit, name="team_admit"),
    path("teams/<uuid:team_id>/begin-anew", teams.team_anew, name="team_anew"),
    path("teams/<uuid:team_id>/<uuid:staff_id>/renew", teams.team_renew, name="team_renew"),
    path("teams/<uuid:team_id>/<uuid:staff_id>/role", teams.team_role, name="team_role"),
    path("teams/<uuid:team_id>/<uuid:staff_id>/end", teams.team_end, name="team_end"),
]
