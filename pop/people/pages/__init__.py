"""What every page of the console is made of: its frame, its lists, its style. Other parts build on these."""
