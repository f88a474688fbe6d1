"""What is done about invitations: asking by mail, planning, sending, stopping."""
