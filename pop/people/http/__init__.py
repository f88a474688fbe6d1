"""The doors of staff: sign-in, invitations, the second factor, the staff list and the audit."""
