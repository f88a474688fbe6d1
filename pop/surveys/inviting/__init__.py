"""Asking partners to answer: mails with a link of their own, reminders, and what anybody may pass on."""
