"""A form and its engine: pure, without Django, clock, network or randomness of its own."""
