"""The kinds of gate that a worker asks by itself; none knows Django."""
