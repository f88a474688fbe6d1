"""The doors of the desk: they call one action or query of a capability and render what comes of it."""
