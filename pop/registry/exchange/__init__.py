"""How the registry speaks to other systems, in their formats."""
