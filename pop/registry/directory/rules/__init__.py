"""How the directory decides: pure functions on plain values."""
