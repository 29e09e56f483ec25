"""The kinds of gate that a report answers; each reads a stream, and none knows Django."""
