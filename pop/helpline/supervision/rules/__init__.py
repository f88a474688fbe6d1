"""How the supervisor's pages put plain values: hours into words, numbers into pictures."""
