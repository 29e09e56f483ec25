"""A reading as plain data: what `manage.py intake --json` prints, and what is kept of it."""

from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints

from intake.reading import Reading

# The account of every line is for the review page; in print its notes and unread lines are enough.
LEFT_OUT = frozenset(["claims"])


def as_json(reading: Reading) -> dict[str, Any]:
    """Plain data under the names of the reading; tuples become lists."""
    return {name: said for name, said in kept(reading).items() if name not in LEFT_OUT}


def kept(reading: Reading) -> dict[str, Any]:
    """All of it, so that `of_kept` gives the same reading again."""
    return {field.name: _plain(getattr(reading, field.name)) for field in fields(reading)}


def of_kept(said: dict[str, Any]) -> Reading:
    """The reading that was kept; what an older one did not say yet is empty."""
    hints = get_type_hints(Reading)
    return Reading(**{name: _again(hint, said.get(name)) for name, hint in hints.items()})


def _again(hint: Any, said: Any) -> Any:
    if hint is int:
        return said or 0
    kind = get_args(hint)[0]
    if not hasattr(kind, "__dataclass_fields__"):
        return tuple(said or ())
    return tuple(kind(**_tuples(one)) for one in said or ())


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in said.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(part) for name, part in asdict(value).items()}
    return value
