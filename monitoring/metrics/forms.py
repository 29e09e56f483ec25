"""What is typed about a metric: what it is called, and what tells its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from deployments.access.forms import ShortField
from deployments.models import Service
from gates.enums import ASKED, Source
from gates.forms.fields import Lines
from gates.forms.settings import AskedForm
from gates.models import Metric
from gates.sources import LEFT_OUT
from monitoring.metrics.plan import MetricPlan

SELECT = {"class": "form-select"}
UNITS = (("", "None: a count"), ("%", "%"), ("ms", "ms"), ("s", "s"))


class SourceForm(AskedForm):
    """What tells the value: enough to take one reading."""

    unit = forms.ChoiceField(
        choices=UNITS, required=False, widget=forms.Select(attrs=SELECT), label="Unit"
    )
    source = forms.ChoiceField(
        label="Its value comes from", choices=Source.choices, widget=forms.Select(attrs=SELECT)
    )

    def __init__(
        self, service: Service, data: Any = None, *, source: str = "", **options: Any
    ) -> None:
        super().__init__(data, **options)
        said = (data or {}).get("source") or source
        self.chosen = said if said in Source.values else Source.NONE.value
        self.own = {}
        if self.is_asked:
            self.of_kind(self.chosen, service, without=LEFT_OUT[self.chosen])

    @property
    def is_asked(self) -> bool:
        return self.chosen in ASKED

    @property
    def settings_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    def clean(self) -> dict[str, Any]:
        return super().clean() if self.is_asked else dict(self.cleaned_data)

    def settings(self, cleaned: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().settings(cleaned) if self.is_asked else {}


class MetricForm(SourceForm):
    """`shown` says as what a metric was drawn that is there already."""

    title = ShortField(Metric, "title", label="Title", help_text="Such as “Cache hit rate”.")
    key = ShortField(
        Metric, "key", label="Key", help_text="What conditions name, such as cache_hit_rate; it "
        "never changes.",
    )  # fmt: skip
    aliases = Lines(
        label="Other names",
        required=False,
        help_text="One a line, as documents say it. Case, accents and hyphens make no difference.",
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    named = ("title", "key", "aliases", "unit", "source")

    def __init__(
        self,
        service: Service,
        data: Any = None,
        *,
        metric: Metric | None = None,
        said: Mapping[str, Any] | None = None,
    ) -> None:
        """`said` is what is in the fields of a form that is not sent yet."""
        plan = MetricPlan.of(metric) if metric else None
        initial = dict(said) if said is not None else values(plan)
        initial |= {"shown": initial.get("shown") or (plan.fingerprint if plan else "")}
        super().__init__(service, data, source=str(initial.get("source", "")), initial=initial)
        if plan is not None:
            self.fields["key"].disabled = True
            self.initial["key"] = plan.key

    @property
    def named_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.named if name != "source"]

    def plan(self) -> MetricPlan:
        said = self.cleaned_data
        return MetricPlan(
            key=said["key"],
            title=said["title"],
            unit=said["unit"],
            aliases=tuple(dict.fromkeys(" ".join(one.split()) for one in said["aliases"])),
            source=said["source"],
            settings=self.settings(),
        )


class AliasForm(forms.Form):
    """A name of a document, and the metric that it means."""

    name = forms.CharField(max_length=120, widget=forms.HiddenInput)
    metric = forms.CharField(max_length=80)
    back = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)


class MeantForm(AliasForm):
    """The same on a plan; `sure` carries which cost the person was told."""

    sure = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


def values(plan: MetricPlan | None) -> dict[str, Any]:
    """The fields as they stand."""
    if plan is None:
        return {}
    return {
        "title": plan.title,
        "key": plan.key,
        "unit": plan.unit,
        "aliases": list(plan.aliases),
        "source": plan.source,
        **plan.settings,
    }
