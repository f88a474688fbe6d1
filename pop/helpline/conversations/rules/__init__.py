"""How a conversation lives: pure functions on plain values."""
