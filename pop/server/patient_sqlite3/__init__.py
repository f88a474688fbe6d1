"""Django's SQLite with another way of waiting for the write lock. Django finds `base` in it."""
