"""The two doors and the worker: settings, headers, commands, and the one place where parts are joined."""
