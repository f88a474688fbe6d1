"""What can be asked of the queue: codes, times and counts only."""
