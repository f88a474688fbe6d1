"""The map's doors: pages and files at the public door, the table of country risk at the console."""
