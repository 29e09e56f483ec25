"""Messages that an event causes, each once."""
