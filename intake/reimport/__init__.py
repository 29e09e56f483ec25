"""A changed document onto an existing deployment: what is the same, and what differs."""
