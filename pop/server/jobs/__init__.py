"""What each `pop` command does, one module per group of commands. They print: they are what a person reads."""
