"""The one object that `manage.py intake --json` prints."""

from dataclasses import asdict, fields
from typing import Any

from intake.reading import Reading

# The account of every line is for the review page; here its notes and unread lines are enough.
LEFT_OUT = frozenset(["claims"])


def as_json(reading: Reading) -> dict[str, Any]:
    """Plain data under the names of the reading; tuples become lists."""
    return {
        field.name: _plain(getattr(reading, field.name))
        for field in fields(reading)
        if field.name not in LEFT_OUT
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(part) for name, part in asdict(value).items()}
    return value
