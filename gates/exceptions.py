"""Refusals that only gates know."""

from deployments.exceptions import Refused


class NotRunnable(Refused):
    """The gate waits for a reporter; no worker can answer it."""
