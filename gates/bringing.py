"""Who brings a result, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Brought:
    """A machine by itself, or a person by hand: for themselves or for somebody who is away."""

    reporter: User
    by_hand: bool = False
    on_behalf_of: User | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """As reports and samples keep it, with the name as it was then."""
        return {
            "reporter": self.reporter,
            "by_hand": self.by_hand,
            "on_behalf_of": self.on_behalf_of,
            "on_behalf_of_name": str(self.on_behalf_of) if self.on_behalf_of else "",
        }
