"""The go/no-go poll of a deployment as it stands: which roles are asked, and what they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Role
from approvals.enums import Closed, Verdict
from approvals.models import Answer, PolledRole, PollPlan, Round, Rule
from approvals.polling import Call, Said, decision_due, missing_go, opening
from deployments.enums import State
from deployments.models import Deployment


@dataclass(frozen=True)
class RollCall:
    """`round` is the newest for the present time T0, None before the poll has opened.

    `is_open` while answers are taken; `earlier` are the rounds before it, which do not count.
    """

    is_held: bool
    round: Round | None = None
    is_open: bool = False
    opens_at: datetime | None = None
    calls: list[Call] = field(default_factory=list)
    earlier: list[tuple[Round, list[Call]]] = field(default_factory=list)

    @property
    def lacking(self) -> list[str]:
        """Why the poll does not allow GO, a clause each; nothing where no poll is held."""
        if not self.is_held:
            return []
        if self.round is None:
            return ["the poll has not opened"]
        return missing_go(self.calls)

    @property
    def go_count(self) -> int:
        return sum(call.word == Verdict.GO for call in self.calls)


def is_held(deployment: Deployment) -> bool:
    return not PollPlan.objects.filter(deployment=deployment, is_on=False).exists()


def asked_roles(deployment: Deployment) -> list[tuple[Role, str]]:
    """Those that the document names for the final word, else all that sign; with their purpose."""
    named = deployment.polled_roles.select_related("role").order_by("role__order", "pk")
    if named:
        return [(entry.role, entry.purpose) for entry in named]
    rules = deployment.rules.select_related("role").order_by("position")
    return [(role, "") for role in {rule.role_id: rule.role for rule in rules}.values()]


def counting_round(deployment: Deployment) -> Round | None:
    """The newest round, if it is about the present time and this review; its answers count."""
    return _counting(deployment, deployment.rounds.order_by("-number").first())


def _counting(deployment: Deployment, newest: Round | None) -> Round | None:
    if newest is None or newest.schedule_hash != deployment.schedule_hash:
        return None
    # A round that a decision ended is what that decision rests on; a new review has its own.
    is_undecided = deployment.state in {State.DRAFT, State.IN_REVIEW}
    ended = {Closed.MOVED, Closed.LEFT} if is_undecided else {Closed.MOVED}
    return None if newest.closed_why in ended else newest


def takes_answers(deployment: Deployment, found: Round | None, now: datetime) -> bool:
    """Judged at this instant, whether or not a sweep has closed the round yet."""
    return (
        found is not None
        and deployment.state == State.IN_REVIEW
        and found.closed_at is None
        and now < found.closes_at
    )


def roll_call(deployment: Deployment, now: datetime) -> RollCall:
    """The poll with every answer of every round, in five queries at the most."""
    if not is_held(deployment):
        return RollCall(is_held=False)
    roles, rounds = asked_roles(deployment), list(deployment.rounds.order_by("-number"))
    said = _answers(rounds)
    counting = _counting(deployment, rounds[0] if rounds else None)
    return RollCall(
        is_held=True,
        round=counting,
        is_open=takes_answers(deployment, counting, now),
        opens_at=opening(deployment.t0) if deployment.t0 else None,
        calls=_calls(roles, said[counting.pk] if counting else {}),
        earlier=[(one, _calls(roles, said[one.pk])) for one in rounds if one != counting],
    )


def silent_roles(
    deployments: Sequence[Deployment], now: datetime
) -> dict[int, dict[str, datetime]]:
    """Keys of the roles that an open poll waits for, and until when; none where none is open."""
    near = [
        one.pk
        for one in deployments
        if one.state == State.IN_REVIEW and one.t0 and now >= opening(one.t0)
    ]
    if not near:
        return {}
    hashes = {one.pk: one.schedule_hash for one in deployments}
    rounds = Round.objects.filter(deployment__in=near, closed_at=None, closes_at__gt=now)
    current = {one.pk: one for one in rounds if one.schedule_hash == hashes[one.deployment_id]}
    return _silent(current) if current else {}


def _silent(rounds: dict[int, Round]) -> dict[int, dict[str, datetime]]:
    """By deployment; `rounds` are the open ones by their id."""
    polled = {one.deployment_id: one for one in rounds.values()}
    asked, named = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    of_rules = Rule.objects.filter(deployment__in=polled)
    for pk, key in of_rules.values_list("deployment_id", "role__key"):
        asked[pk].add(key)
    of_document = PolledRole.objects.filter(deployment__in=polled)
    for pk, key in of_document.values_list("deployment_id", "role__key"):
        named[pk].add(key)
    answered = defaultdict[int, set[str]](set)
    given = Answer.objects.filter(round__in=rounds).values_list("round_id", "role__key")
    for round_id, key in given:
        answered[rounds[round_id].deployment_id].add(key)
    return {
        pk: dict.fromkeys((named[pk] or asked[pk]) - answered[pk], one.closes_at)
        for pk, one in polled.items()
    }


def due_at(deployment: Deployment, found: Round | None) -> datetime | None:
    """When the decision has to be there, given the counting round; None without a time."""
    if deployment.t0 is None:
        return None
    return decision_due(deployment.t0, found.closes_at if found else None)


def _answers(rounds: Sequence[Round]) -> dict[int, dict[int, list[Answer]]]:
    """By round and role: the latest answer of each person, in the order given."""
    found: dict[int, dict[int, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    if not rounds:
        return found
    latest: dict[tuple[int, int, int], Answer] = {}
    given = Answer.objects.filter(round__in=[one.pk for one in rounds]).order_by("pk")
    for answer in given.select_related("written_by"):
        place = (answer.round_id, answer.role_id, answer.person_id)
        latest.pop(place, None)
        latest[place] = answer
    for (round_id, role_id, _), answer in latest.items():
        found[round_id][role_id].append(answer)
    return found


def _calls(roles: list[tuple[Role, str]], said: dict[int, list[Answer]]) -> list[Call]:
    return [
        Call(role.key, role.title, purpose, tuple(_said(one) for one in said.get(role.pk, ())))
        for role, purpose in roles
    ]


def _said(answer: Answer) -> Said:
    return Said(
        answer.person_name,
        Verdict(answer.word),
        answer.remark,
        answer.at,
        answer.by_voice,
        str(answer.written_by) if answer.written_by else "",
    )
