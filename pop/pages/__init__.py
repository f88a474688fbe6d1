"""The shell of every page that a child sees: exit, danger numbers, language, style, script. It knows no domain."""
