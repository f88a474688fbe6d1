"""The pages of imports at the console."""
