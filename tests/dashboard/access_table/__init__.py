"""The decision for every address: what each kind of person gets from GET and from POST.

The deployment is in review, asked for by the release manager; bodies are complete, so that what
answers is the policy and not a form. 405: the address does not take that method.
One part for each namespace; `rows` says what the columns are.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.dashboard.access_table.rows import PERSONS, Body, Row

__all__ = ["BODIES", "PARTS", "PERSONS", "TABLE"]

PARTS = [
    import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__) if one.name != "rows"
]
BODIES: dict[str, Body] = {name: body for part in PARTS for name, body in part.BODIES.items()}
TABLE: dict[str, Row] = {name: row for part in PARTS for name, row in part.TABLE.items()}
