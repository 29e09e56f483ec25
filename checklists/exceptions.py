"""Refusals of the checklist that no other app knows."""

from deployments.exceptions import Refused


class TooLarge(Refused):
    """More bytes than are kept (413); said before any of them is read."""

    status = 413
