"""What went wrong, as one sentence for the person at the terminal."""


class Problem(Exception):
    """A sentence that says what is the matter and what to do; printed without a traceback."""
