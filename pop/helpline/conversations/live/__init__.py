"""Sending and seeing what was sent: the batcher, the hub, and the plain doors in front of them."""
