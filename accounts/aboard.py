"""What else is read in the one question for the signed-in person, for what every page says.

A banner that stands on every page must not cost every page a question of its own.
"""

from __future__ import annotations

from django.db.models.expressions import Combinable

_expressions: dict[str, Combinable] = {}


def register(name: str, expression: Combinable) -> None:
    """The person of a request has this attribute from then on; `expression` is over users."""
    _expressions[name] = expression


def expressions() -> dict[str, Combinable]:
    return _expressions
