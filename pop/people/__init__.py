"""Staff: who may sign in at the console, how, and with which roles."""
