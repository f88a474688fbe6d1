"""Evidence: what is known, drawn and counted for everybody."""
