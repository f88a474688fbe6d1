"""Who helps, where, how; how we know it."""
