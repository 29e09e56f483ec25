"""Who wants to know of an event: facts travel upward without the lower app naming the higher."""

from collections.abc import Callable, Iterable

from deployments.models import Event

Receiver = Callable[[Event], None]
_receivers: dict[str, list[Receiver]] = {}


def subscribe(verbs: Iterable[str], receive: Receiver) -> None:
    """Have `receive` called once or more for every event with such a verb; it is idempotent."""
    for verb in verbs:
        _receivers.setdefault(verb, []).append(receive)


def receivers_of(verb: str) -> list[Receiver]:
    return _receivers.get(verb, [])
