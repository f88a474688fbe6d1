"""What is asked, of whom, and what came back: surveys, partners, tokens, submissions, attachments, drafts."""
