"""Organisations, services, contacts, evidence, and the people who keep them true."""
