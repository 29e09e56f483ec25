"""What nobody could do any more after a change: the last release manager, ops lead or signer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from accounts.enums import Kind
from accounts.models import Role, User
from deployments.access.holders import Hold, holds_on
from deployments.access.parts import ROLE
from deployments.access.stakes import roles_asked
from deployments.enums import Grant
from deployments.models import Deployment, Service

# Without one of these a service stands still, whatever is planned on it.
NEEDED = (Grant.RELEASE_MANAGER, Grant.OPS_LEAD)


@dataclass(frozen=True)
class Loss:
    """A part that nobody would have any more, and the open deployments that need somebody."""

    service: Service
    title: str
    deployments: list[Deployment]

    @property
    def sentence(self) -> str:
        return f"Nobody would be left as {self.title} of {self.service}."


def losses(service_ids: Collection[int], leaves: Callable[[Hold], bool]) -> list[Loss]:
    """What the services would lose if every hold that `leaves` picks were gone."""
    before: dict[tuple[int, str], set[int]] = defaultdict(set)
    after: dict[tuple[int, str], set[int]] = defaultdict(set)
    holds = holds_on(service_ids)
    able = _able({hold.user_id for hold in holds if hold.user_id is not None})
    for hold in holds:
        if hold.user_id in able:
            place = (hold.service_id, hold.part)
            before[place].add(hold.user_id)
            if not leaves(hold):
                after[place].add(hold.user_id)
    gone = [place for place in before if not after[place]]
    return _as_losses(gone) if gone else []


def _able(user_ids: Collection[int]) -> set[int]:
    people = User.objects.filter(pk__in=user_ids, is_active=True, kind=Kind.PERSON)
    return set(people.values_list("pk", flat=True))


def _as_losses(gone: Iterable[tuple[int, str]]) -> list[Loss]:
    places = sorted(gone)
    ids = {service_id for service_id, _ in places}
    services, asked = Service.objects.in_bulk(ids), roles_asked(ids)
    titles = {f"{ROLE}{role.key}": role.title for role in Role.objects.all()}
    found = []
    for service_id, part in places:
        service = services[service_id]
        if part in NEEDED:
            found.append(Loss(service, Grant(part).label.lower(), _open_on(service)))
        elif waiting := asked.get((service_id, part.removeprefix(ROLE))):
            found.append(Loss(service, titles[part], waiting))
    return found


def _open_on(service: Service) -> list[Deployment]:
    return list(Deployment.objects.open().filter(service=service).with_names())
