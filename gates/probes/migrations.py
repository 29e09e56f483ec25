"""Asks the service, or a declared command, which database migrations are pending."""

import re
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from connections.client import GuardedClient
from gates.declared import Circumstances, Number, Probed, Settings, whole_address
from gates.enums import Kind
from gates.measurement import MOST_DETAILS, Measurement
from gates.probes.command import ended
from gates.probes.documents import Unreadable, compiled, found_at, json_of, worded
from gates.schedules import STANDING

# As Django and others list them: a box, then the name. “-” is run, and not yet recorded as run.
BOX = re.compile(r"^[ \t]*\[([ xX-])\][ \t]*(.*)$", re.MULTILINE)
RUN = frozenset({"x", "X"})


class MigrationsSettings(Settings):
    called = "A migrations gate"

    url: str = Field(
        default="",
        title="Address of the service",
        max_length=2000,
        description="Answers with JSON. http:// or https:// on port 80 or 443; with a connection"
        " it may be a path below it.",
    )
    connection: str = Field(
        default="",
        title="Connection",
        max_length=60,
        description="Declared by an administrator, for private addresses, other ports and"
        " credentials.",
    )
    command: str = Field(
        default="",
        title="Or a command",
        max_length=60,
        description="Declared by the administrator of the portal, such as manage.py"
        " showmigrations --plan; it ends with 0 and lists [X] and [ ], or writes JSON.",
    )
    path: str = Field(
        default="pending",
        title="Path",
        min_length=1,
        max_length=200,
        description="JMESPath to the list of pending migrations, or to their number. A command"
        " may also write the list or the number alone.",
    )
    most: int = Field(
        default=0,
        title="Pending migrations allowed",
        ge=0,
        le=100_000,
        description="0 where all are applied beforehand.",
    )
    seconds: int = Field(
        default=10,
        title="Time limit, s",
        ge=1,
        le=20,
        description="Of the service; a command has its own.",
    )

    @field_validator("path")
    @classmethod
    def is_path(cls, path: str) -> str:
        return compiled(path)

    @model_validator(mode="after")
    def asks_one(self) -> Self:
        if bool(self.url) == bool(self.command):
            raise ValueError("A migrations gate asks an address or a command; say one of them.")
        return self

    def target(self, around: Circumstances) -> str:
        return whole_address(self.url, around.permit) if self.url else self.command

    @property
    def threshold(self) -> str:
        return f"at most {self.most} pending"


def probe(wanted: MigrationsSettings, around: Circumstances) -> Measurement:
    found = _said(wanted, around) if wanted.command else _answered(wanted, around)
    if found is None:
        return Measurement("no_data", f"{wanted.path} leads to nothing")
    pending, names = _counted(found, wanted.path)
    is_more = pending > wanted.most
    are = "1 migration is" if pending == 1 else f"{pending} migrations are"
    said = f"{are} pending" if pending else "no migration is pending"
    return Measurement(
        "bad" if is_more else "good",
        f"{said}, needs at most {wanted.most}" if is_more else said,
        value=str(pending),
        threshold=wanted.threshold,
        counts={"pending": pending},
        details=names,
    )


def _answered(wanted: MigrationsSettings, around: Circumstances) -> Any:
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answer = client.get(wanted.target(around))
    if answer.status != 200:
        raise Unreadable(f"The service answered {answer.status}, needs 200.")
    return found_at(wanted.path, json_of(answer.body))


def _said(wanted: MigrationsSettings, around: Circumstances) -> Any:
    """What the command's output says; raises `Unreadable` where it says nothing of migrations."""
    ran = ended(wanted.command, around)
    whose = f"The command “{wanted.command}”"
    if ran.code:
        how = f"was ended by signal {-ran.code}" if ran.code < 0 else f"ended with {ran.code}"
        raise Unreadable(f"{whose} {how}, needs to end with 0.")
    if ran.left_out:
        raise Unreadable(f"{whose} said too much: {ran.left_out:,} bytes could not be kept.")
    if boxes := BOX.findall(ran.output):
        if not all(name.strip() for _, name in boxes):
            raise Unreadable(f"{whose} lists a box without the name of a migration.")
        return [name.strip() for mark, name in boxes if mark not in RUN]
    try:
        document = json_of(ran.output.encode())
    except Unreadable as error:
        raise Unreadable(
            f"{whose} says nothing of migrations: neither lines such as “[ ] app.0001”, nor JSON."
        ) from error
    return found_at(wanted.path, document) if isinstance(document, dict) else document


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
    version="migrations/2",
    numbers={"pending": Number("", "migrations that were not applied")},
    red=(
        "more pending migrations than allowed; “[-]”, run and not recorded, is pending",
        "no data: the path leads to nothing",
        "could not be measured: another status than 200, no JSON, neither a list nor a count, no"
        " answer in time, blocked address",
        "nor by a command that is not declared, does not end with 0 or in time, says more than is"
        " kept, or lists no migration at all",
    ),
    probe=probe,
)
