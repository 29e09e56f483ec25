"""Folders whose files come along with a backup: what an app keeps outside the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

# Asked when a backup is made or restored: the place comes from the environment.
_places: dict[str, Callable[[], Path]] = {}


def register(name: str, place: Callable[[], Path]) -> None:
    """A restore brings the files that are not there, and changes none that is."""
    _places[name] = place


def places() -> dict[str, Path]:
    return {name: place() for name, place in sorted(_places.items())}
