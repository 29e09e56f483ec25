"""A person looks over what was read, and mends it."""
