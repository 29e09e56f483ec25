"""Refusals that only machines meet."""

from deployments.exceptions import Refused


class Malformed(Refused):
    """The request is not formed as this address needs it (400)."""

    status = 400


class Unauthenticated(Refused):
    """Nothing shows who is calling (401)."""

    status = 401


class Gone(Refused):
    """What was here has ended and does not come back: a sender may stop (410)."""

    status = 410


class TooLarge(Refused):
    """The request is larger than is read here (413)."""

    status = 413
