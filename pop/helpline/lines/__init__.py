"""Helpline lines, their teams, and who belongs to them."""
