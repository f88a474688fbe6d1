"""What can happen to surveys, partners, submissions and drafts."""
