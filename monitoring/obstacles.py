"""What the watch says about readiness: limits that nothing measures, and questions to nobody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from accounts.enums import Kind
from deployments.blockers import Blocker, Findings, Page
from deployments.canonical import digest
from deployments.models import Deployment, Membership
from gates.models import Metric
from monitoring.metrics.uses import Use, watched

MOST_NAMED = 3


def find(deployments: Sequence[Deployment]) -> dict[int, Findings]:
    uses: dict[int, list[Use]] = defaultdict(list)
    for use in watched(deployments):
        uses[use.deployment_id].append(use)
    services = {one.pk: one.service_id for one in deployments if one.pk in uses}
    metrics: dict[int, dict[str, Metric]] = defaultdict(dict)
    if services:
        for metric in Metric.objects.filter(service__in=set(services.values())):
            metrics[metric.service_id][metric.key] = metric
    found = {pk: _findings(of_one, metrics[services[pk]]) for pk, of_one in uses.items()}
    requesters = {one.pk: one.requester_id for one in deployments}
    for pk, orphans in _undecided(uses, services, requesters).items():
        found[pk].warnings.extend(orphans)
    return found


def _findings(uses: list[Use], metrics: Mapping[str, Metric]) -> Findings:
    """An automatic trigger that could never fire blocks; what people watch otherwise is told."""
    automatic = [use for use in uses if use.is_automatic]
    others = [use for use in uses if not use.is_automatic and use.condition]
    unmeasured = sorted({use.metric for use in others if not use.is_measured(metrics)})
    odd: dict[str, Blocker] = {}
    for use in others:
        if (clause := use.misfit(metrics)) and use.condition:
            key = f"unit:{use.metric}:{use.condition.unit}"
            odd.setdefault(key, Blocker(key, clause, "watch", page=_limits(use)))
    warnings = [*([_unmeasured(unmeasured)] if unmeasured else []), *odd.values()]
    blockers = [_dead(use, metrics) for use in automatic if _is_dead(use, metrics)]
    return Findings(blockers=blockers, warnings=warnings)


def _is_dead(use: Use, metrics: Mapping[str, Metric]) -> bool:
    return not use.is_measured(metrics) or bool(use.misfit(metrics))


def _dead(use: Use, metrics: Mapping[str, Metric]) -> Blocker:
    why = use.misfit(metrics) or "nothing measures it"
    clause = f"“{use.text}” is to roll back by itself, but {why}"
    return Blocker(f"trigger:{use.key}", clause, "watch", page=_limits(use))


def _limits(use: Use) -> Page:
    return Page("dashboard:plan", (use.deployment_id, "limits"))


def _unmeasured(names: list[str]) -> Blocker:
    """One warning for all of them; another one of it has to be seen again."""
    more = len(names) - MOST_NAMED
    listed = [*names[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
    said = ", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else listed[0]
    clause = f"nothing measures {said}, which the watch is to judge"
    page = Page("monitoring:metrics", is_of_service=True)
    return Blocker(f"unmeasured:{digest(names)[:16]}", clause, "watch", page=page)


def _undecided(
    uses: Mapping[int, list[Use]], services: Mapping[int, int], requesters: Mapping[int, int]
) -> dict[int, list[Blocker]]:
    """Triggers whose question nobody could answer; one question where a role is named at all."""
    roles = {use.role_id for of_one in uses.values() for use in of_one if use.role_id}
    if not roles:
        return {}
    held: dict[tuple[int, int | None], set[int]] = defaultdict(set)
    members = Membership.objects.filter(
        service__in=set(services.values()),
        role__in=roles,
        group__user__is_active=True,
        group__user__kind=Kind.PERSON,
    )
    for service, role, person in members.values_list("service", "role", "group__user"):
        held[service, role].add(person)
    return {
        pk: [
            _orphan(use)
            for use in of_one
            if use.role_id and not held[services[pk], use.role_id] - {requesters[pk]}
        ]
        for pk, of_one in uses.items()
    }


def _orphan(use: Use) -> Blocker:
    clause = f"nobody could decide on “{use.text}”, since no one but the requester is {use.role}"
    return Blocker(f"decider:{use.key}", clause, "watch", page=_limits(use))
