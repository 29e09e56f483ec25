"""What a metric may be called, and when it may go."""

from __future__ import annotations

import re
from collections.abc import Iterable

from deployments.exceptions import Invalid, Refused
from gates.models import Metric
from gates.sources import refusal_of_source
from monitoring.metrics.plan import MetricPlan
from monitoring.metrics.uses import open_uses

KEY = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
MOST_ALIASES = 30
LONGEST_ALIAS = 120
LONGEST_KEY = Metric._meta.get_field("key").max_length or 0
LONGEST_TITLE = Metric._meta.get_field("title").max_length or 0


def refusal_of_metric(plan: MetricPlan, others: Iterable[Metric]) -> Refused | None:
    """Why it cannot be so; `others` are the service's other metrics, whose names are taken."""
    return (
        refusal_of_words(plan)
        or refusal_of_source(plan.source, plan.settings, plan.unit)
        or refusal_of_taken_name(plan, others)
    )


def refusal_of_words(plan: MetricPlan) -> Refused | None:
    if not plan.title or len(plan.title) > LONGEST_TITLE:
        return Invalid(f"Give the metric a title of at most {LONGEST_TITLE} characters.")
    if not KEY.fullmatch(plan.key) or len(plan.key) > LONGEST_KEY:
        return Invalid(
            f"“{plan.key}” is no key that conditions can name: use small letters, digits, _ and -,"
            " a letter first, such as cache_hit_rate."
        )
    if len(plan.aliases) > MOST_ALIASES:
        return Invalid(f"A metric goes by at most {MOST_ALIASES} other names.")
    if any(len(one) > LONGEST_ALIAS for one in plan.aliases):
        return Invalid(f"Another name has at most {LONGEST_ALIAS} characters.")
    if any("\0" in one for one in (plan.title, *plan.aliases)):
        return Invalid("A name contains a NUL character; remove it.")
    return None


def refusal_of_taken_name(plan: MetricPlan, others: Iterable[Metric]) -> Refused | None:
    """One name never means two metrics, else a document could not be understood."""
    mine = plan.names
    for other in others:
        for spelling in MetricPlan.of(other).names:
            if spelling and spelling in mine:
                return Refused(f"“{mine[spelling]}” means {other} ({other.key}) already.")
    return None


def refusal_to_remove(metric: Metric) -> Refused | None:
    uses = open_uses(metric.service_id).get(metric.key, [])
    if not uses:
        return None
    first, more = uses[0], len(uses) - 1
    others = f" and {more} more condition{'s' if more > 1 else ''}" if more else ""
    return Refused(
        f"The {first.word} “{first.condition}” of deployment #{first.deployment_id}{others} of open"
        f" deployments name{'' if more else 's'} {metric.key}; change that first."
    )
