"""Questions to the database that every page asks: built once a process, asked with other values."""

from statements.asking import built_once
from statements.expressions import AnyOf, Given

__all__ = ["AnyOf", "Given", "built_once"]
