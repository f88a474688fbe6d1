"""The `pop` command."""


def main() -> int:
    """Run one command."""
    return 0
