"""Who wrote what is shipped, and so never signs it: people who see the service."""

from __future__ import annotations

import re
from collections.abc import Collection

from accounts.models import User
from deployments.exceptions import Invalid, Refused
from deployments.mentions import LONGEST_USERNAME, by_username, called, people_of
from deployments.models import Deployment, Service

MOST = 50
LONGEST = MOST * (LONGEST_USERNAME + len(", "))
BETWEEN = re.compile(r"[,;\s]+")


def named_in(text: str, deployment: Deployment) -> frozenset[User]:
    """The people of these usernames; raises `Invalid` with a sentence.

    Who is named already may stay, whatever they see by now.
    """
    names = [name for name in BETWEEN.split(text) if name]
    if len(names) > MOST:
        raise Invalid(f"{len(names)} authors are too many; {MOST} are the most.")
    known = by_username([*people_of(deployment.service), *deployment.authors.all()])
    found = [called(name, known) or called(name.removeprefix("@"), known) for name in names]
    if None in found:
        stranger = names[found.index(None)].removeprefix("@")
        raise Invalid(f"Nobody who sees this service has the username “{stranger}”.")
    return frozenset(one for one in found if one)


def refusal_of_authors(added: Collection[User], service: Service) -> Refused | None:
    there = set(people_of(service).filter(pk__in=[one.pk for one in added])) if added else set()
    strangers = sorted(str(one) for one in set(added) - there)
    if not strangers:
        return None
    return Invalid(f"{strangers[0]} does not see {service}; name people who do as authors.")
