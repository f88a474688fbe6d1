"""The map of everything that is published: one query, shown as a map, a table, a matrix and files."""
