"""What can happen to a case: closing with a record, risk, notes, identity, ready answers, practice."""
