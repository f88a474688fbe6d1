"""The doors of the registry for staff."""
