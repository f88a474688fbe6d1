"""From a survey's answers to records of the registry."""
