"""PoP: Protection through Online Participation."""
