"""What can be asked about cases: coded fields and counts only, never text."""
