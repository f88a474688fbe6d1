"""The counsellor's console: pages and their looks only. What happens is in the capabilities below."""
