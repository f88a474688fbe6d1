"""What can be asked about conversations, and how their keys are opened."""
