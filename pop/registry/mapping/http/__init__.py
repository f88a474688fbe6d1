"""The console pages of the mapping."""
