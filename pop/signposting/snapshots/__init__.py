"""The signed snapshot: built by the worker, watched by the public processes."""
