"""Surveys at the console: forms, what came in, and the partners who are asked."""
