"""What can happen to saved mappings and to imports."""
