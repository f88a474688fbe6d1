"""What staff ask of the registry: lists, one record with everything known of it, and the state of the work."""
