"""What can happen in the queue: each act is one transaction with its audit row and its event."""
