"""Surveys: forms from XLSForm, answers kept once and for good, and the doors through which they come."""
