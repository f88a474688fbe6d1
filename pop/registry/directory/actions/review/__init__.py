"""What staff do with records: propose, approve, suspend, notify, work on tasks; always with a role, always traced."""
