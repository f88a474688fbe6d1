"""The child's doors on Django. POST answers 303 to a fixed address; no word of a child's ever stands in one."""
