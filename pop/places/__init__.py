"""Countries, languages, interface words and problem details: what every part names the world with."""
