"""Names in conditions that mean no metric of the service, with what they could become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from deployments.conditions import Condition
from gates.metrics import spelled
from monitoring.metrics.policies import KEY


@dataclass
class Unknown:
    """One name, with the conditions that use it; the first tells in which unit."""

    name: str
    unit: str
    conditions: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """What the form of a new metric begins with."""
        key = self.name if KEY.fullmatch(self.name) else spelled(self.name)
        words = re.sub(r"[\W_]+", " ", self.name).strip()
        title = words[:1].upper() + words[1:]
        return urlencode({"key": key, "title": title, "unit": self.unit, "called": self.name})


def unknown(conditions: Iterable[Condition], is_known: Callable[[str], bool]) -> list[Unknown]:
    """Each name that is not known once, in the order in which they come."""
    found: dict[str, Unknown] = {}
    for one in conditions:
        if not is_known(one.metric):
            said = found.setdefault(one.metric, Unknown(one.metric, one.unit))
            if str(one) not in said.conditions:
                said.conditions.append(str(one))
    return list(found.values())
