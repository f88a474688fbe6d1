"""News inside the house: the outbox and the worker that empties it."""
