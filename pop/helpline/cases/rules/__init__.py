"""How records, risks, practice children and small numbers are decided."""
