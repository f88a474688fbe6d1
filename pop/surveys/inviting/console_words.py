"""What the console says of invitations, reminders, and the forms that are a partner's own. For staff."""

from __future__ import annotations

from pop.places.words import Words

WORDS = Words(
    "inviting_console",
    {
        "reminders_title": "Reminders",
        "reminders_hint": "Every link to a survey, how far it led, and which mails were written about it. Nobody is "
        "reminded more than twice, and nobody who answered or asked for no mails.",
        "reminders_no_mail": "No mail server is set up, so nothing is sent. POP_SMTP_URL, POP_MAIL_FROM and "
        "POP_PUBLIC_URL name it.",
        "reminders_files": "No mail server is set up: mails are written as files into the data directory.",
        "reminders_due": "{count} reminders are due.",
        "reminders_send": "Write to them",
        "reminders_send_hint": "The worker sends them in turn. Links that somebody handed over count too, where the "
        "partner has an address.",
        "reminders_made": "{count} reminders wait to be sent.",
        "reminders_ask": "Invite by mail",
        "reminder_partner": "Partner",
        "reminder_form": "Form",
        "reminder_step": "Led to",
        "reminder_mails": "Mails",
        "reminder_sent": "Sent",
        "reminder_last": "Sent last",
        "reminder_made": "Link made",
        "filter_form": "Form",
        "filter_step": "Led to",
        "filter_mails": "Mails",
        "step_answered": "answered",
        "step_started": "started",
        "step_opened": "opened",
        "step_not_opened": "not opened",
        "step_revoked": "ended",
        "mails_never": "none so far",
        "mails_waits": "waits to be sent",
        "mails_sent": "sent",
        "mails_stopped": "wants no mails",
        "mails_refused": "the address was refused",
        "mails_failed": "could not be sent",
        "ask_hint": "Whoever is ticked gets a mail with a link of their own, in their own language. Listed are "
        "partners with an e-mail address who were not invited to this form yet, at most {most} at once.",
        "ask_form": "Form",
        "ask_form_use": "Show partners",
        "ask_partners": "Partners",
        "ask_send": "Invite them",
        "ask_nobody": "Everybody with an address was invited to this form.",
        "ask_no_form": "No form is open.",
        "ask_none_ticked": "Tick at least one partner.",
        "ask_done": "{count} invitations wait to be sent.",
        "ask_left": "{count} partners take no mails now, or have answered: they were left out.",
        "forms_title": "Forms of {partner}",
        "forms_hint": "What ODK Collect, KoboCollect and Enketo offer through the partner's addresses. Where nothing "
        "is ticked, they offer every open form. What was filled in before is always taken.",
        "forms_label": "Forms",
        "forms_save": "Save",
        "forms_saved": "Saved.",
        "shared_title": "Share {form}",
        "shared_hint": "This address is open to everybody. The page behind it has a code to photograph and texts to "
        "copy, in the form's languages, and can be printed.",
        "shared_address": "The open link",
        "shared_page": "What may be passed on",
        "shared_closed": "The form is not open, so nothing leads to it.",
    },
)
