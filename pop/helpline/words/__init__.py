"""What the helpline says: to children, and to staff."""
