"""What went wrong, for the person at the terminal."""


class BackupError(Exception):
    """A sentence that says what is the matter and what to do."""
