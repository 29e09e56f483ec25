"""Who wants to know of a changed connection, and who still names one, unknown to this app."""

from collections.abc import Callable, Sequence

from connections.models import Connection

# The connection as it is now, the names of the fields that changed, the id of who changed it.
Follower = Callable[[Connection, frozenset[str], int], None]
# What would be left without it, as people call it.
Holder = Callable[[Connection], Sequence[str]]
_followers: list[Follower] = []
_holders: list[Holder] = []


def follow(tell: Follower) -> None:
    """Have `tell` called in the transaction that changes a connection."""
    _followers.append(tell)


def hold(ask: Holder) -> None:
    """Have `ask` say what names a connection before it is removed."""
    _holders.append(ask)


def changed(connection: Connection, fields: frozenset[str], actor_id: int) -> None:
    for tell in _followers:
        tell(connection, fields, actor_id)


def named_by(connection: Connection) -> list[str]:
    return [name for ask in _holders for name in ask(connection)]
