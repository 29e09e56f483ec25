"""Who wants to know that a connection leads elsewhere, without being named by this app."""

from collections.abc import Callable

from connections.models import Connection

# The connection, and the id of the person who changed it.
Follower = Callable[[Connection, int], None]
_followers: list[Follower] = []


def follow(tell: Follower) -> None:
    """Have `tell` called in the transaction that gives a connection another address."""
    _followers.append(tell)


def readdressed(connection: Connection, actor_id: int) -> None:
    for tell in _followers:
        tell(connection, actor_id)
