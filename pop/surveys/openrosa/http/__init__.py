"""The doors under /openrosa/, plain ASGI ahead of Django: who asks is known before a byte of a body is read."""
