"""The HTTP face: metrics and probes."""
