"""What a metric is made of, as a person enters it and as history says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from deployments.described import Described
from gates.enums import Source
from gates.metrics import names_of, spelled
from gates.models import Metric
from gates.probes.documents import worded


@dataclass(frozen=True)
class MetricPlan(Described):
    """`key` is what conditions name and never changes; `settings` are those of an asked source."""

    key: str
    title: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    source: str = Source.NONE.value
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, metric: Metric) -> MetricPlan:
        return cls(
            metric.key,
            metric.title,
            metric.unit,
            tuple(metric.aliases),
            metric.source,
            metric.settings,
        )

    def columns(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "unit": self.unit,
            "aliases": list(self.aliases),
            "source": self.source,
            "settings": dict(self.settings),
        }

    def plain(self) -> dict[str, str]:
        return {
            "key": self.key,
            "title": self.title,
            "unit": self.unit,
            "aliases": ", ".join(self.aliases),
            "source": str(Source(self.source).label),
            **{name: worded(value) for name, value in self.settings.items()},
        }

    @property
    def names(self) -> dict[str, str]:
        """Every name that means it, by spelling, as it is written."""
        return {spelled(one): one for one in (*self.aliases, self.title, self.key)}

    def called_too(self, name: str) -> MetricPlan:
        """With one more name, unless it is one already."""
        is_known = spelled(name) in names_of([self])
        return self if is_known else replace(self, aliases=(*self.aliases, name))
