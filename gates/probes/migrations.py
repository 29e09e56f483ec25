"""Asks the service which database migrations are pending."""

from typing import Any

from pydantic import Field, field_validator

from connections.client import GuardedClient
from gates.declared import Addressed, Circumstances, Number, Probed
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.documents import Unreadable, compiled, found_at, json_of, worded
from gates.schedules import STANDING


class MigrationsSettings(Addressed):
    called = "A migrations gate"

    path: str = Field(
        default="pending",
        title="Path",
        min_length=1,
        max_length=200,
        description="JMESPath to the list of pending migrations, or to their number.",
    )
    most: int = Field(
        default=0,
        title="Pending migrations allowed",
        ge=0,
        le=100_000,
        description="0 where all are applied beforehand.",
    )
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=20)

    @field_validator("path")
    @classmethod
    def is_path(cls, path: str) -> str:
        return compiled(path)

    @property
    def threshold(self) -> str:
        return f"at most {self.most} pending"


def probe(wanted: MigrationsSettings, around: Circumstances) -> Measurement:
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answer = client.get(wanted.target(around))
    if answer.status != 200:
        raise Unreadable(f"The service answered {answer.status}, needs 200.")
    found = found_at(wanted.path, json_of(answer.body))
    if found is None:
        return Measurement("no_data", f"{wanted.path} leads to nothing")
    pending, names = _counted(found, wanted.path)
    is_more = pending > wanted.most
    said = f"{pending} migrations are pending" if pending else "no migration is pending"
    return Measurement(
        "bad" if is_more else "good",
        f"{said}, needs at most {wanted.most}" if is_more else said,
        value=str(pending),
        threshold=wanted.threshold,
        counts={"pending": pending},
        details=names,
    )


def _counted(found: Any, path: str) -> tuple[int, tuple[str, ...]]:
    if isinstance(found, list):
        return len(found), tuple(worded(one) for one in found[:MOST_DETAILS])
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found, ()
    said = worded(found)[:60]
    raise Unreadable(f"{path} leads to {said}, which is neither a list nor a count.")


KIND = Probed(
    kind=Kind.MIGRATIONS,
    asks="Are there database migrations that were not applied?",
    settings=MigrationsSettings,
    schedule=STANDING,
    version="migrations/1",
    numbers={"pending": Number("", "migrations that were not applied")},
    red=(
        "more pending migrations than allowed",
        "no data: the path leads to nothing",
        "could not be measured: another status than 200, no JSON, neither a list nor a count, no"
        " answer in time, blocked address",
    ),
    probe=probe,
)
