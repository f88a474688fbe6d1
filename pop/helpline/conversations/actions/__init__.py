"""What can happen to a conversation: each act is one transaction with its audit row and its event."""
