"""Services handed over to a child, with the child's agreement."""
