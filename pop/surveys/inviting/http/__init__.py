"""Pages of inviting: the one that stops mails, what may be passed on, the list for whoever keeps the surveys."""
