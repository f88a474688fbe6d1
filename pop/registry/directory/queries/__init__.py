"""What can be asked of the directory: reads that return plain facts."""
