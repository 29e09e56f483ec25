"""What the database is asked and told again and again: written once, filled in each time."""

from statements.asking import built_once
from statements.changing import Change, change_built_once
from statements.expressions import AnyOf, Given

__all__ = ["AnyOf", "Change", "Given", "built_once", "change_built_once"]
