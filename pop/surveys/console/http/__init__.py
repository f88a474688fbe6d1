"""The console pages of surveys."""
