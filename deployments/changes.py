"""Who wants to know of changed facts in the same transaction, without being named by this app."""

from collections.abc import Callable

from accounts.models import User
from deployments.facts import Facts
from deployments.models import Deployment

# The locked deployment, its facts before and after, and the person who changed them.
Follower = Callable[[Deployment, Facts, Facts, User], None]
_followers: list[Follower] = []


def follow(tell: Follower) -> None:
    """Have `tell` called under the deployment's lock whenever its facts really changed."""
    _followers.append(tell)


def facts_changed(deployment: Deployment, before: Facts, after: Facts, actor: User) -> None:
    for tell in _followers:
        tell(deployment, before, after, actor)
