"""From a child's need to the right open service."""
