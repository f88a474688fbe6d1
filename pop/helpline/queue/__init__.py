"""Who waits, who answers, and what happens when somebody cannot."""
