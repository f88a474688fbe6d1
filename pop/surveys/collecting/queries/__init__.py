"""What can be asked about surveys, partners, tokens and submissions."""
