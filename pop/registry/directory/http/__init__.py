"""The doors of the directory: pages, one record as JSON, and the console's record pages."""
