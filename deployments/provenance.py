"""By what means and from which address the current act comes; set once at each entrance."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Provenance:
    means: str
    address: str = ""


_current: ContextVar[Provenance] = ContextVar("provenance", default=Provenance("system"))


def current() -> Provenance:
    return _current.get()


@contextmanager
def acting(means: str, address: str = "") -> Iterator[None]:
    """Everything recorded inside says that it came by `means` (browser, api, command, worker)."""
    token = _current.set(Provenance(means, address))
    try:
        yield
    finally:
        _current.reset(token)
