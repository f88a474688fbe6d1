"""The doors of the supervisor's pages."""
