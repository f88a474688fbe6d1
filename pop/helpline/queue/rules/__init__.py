"""How the queue decides: who is next, who may be given whom, and what a child is told about the wait."""
