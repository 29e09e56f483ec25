"""What a kind of gate is: its settings, what it measures, and what makes it red.

A kind says all this once; its form, its check when a plan is read, and its page in the
documentation are made from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connections.addresses import Permit, checked
from connections.commands import Command
from connections.repositories import Repository
from deployments.conditions import UNITS, Condition, fits, parse
from gates.enums import Kind
from gates.measurement import Measurement
from gates.schedules import Schedule


@dataclass(frozen=True)
class Circumstances:
    """What a prober may know beside its settings; times are UTC.

    `permit` is the declared connection's. `watch_end` is when the watch after the deployment is
    planned to end, None without a planned time. `backup_folders` are those that the administrator
    opened for backups to be looked at, `commands` and `repositories` those that were declared.
    """

    now: datetime
    permit: Permit | None = None
    commit: str = ""
    branch: str = ""
    watch_end: datetime | None = None
    backup_folders: tuple[str, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    repositories: Mapping[str, Repository] = field(default_factory=dict)


class Settings(BaseModel):
    """What a gate of a kind is told; each field has a title and says what it means."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    called: ClassVar[str] = "gate"

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """The settings as stored; raises `ValueError` with a sentence."""
        given = {name: value for name, value in settings.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise ValueError(cls._sentence(error)) from error

    @classmethod
    def _sentence(cls, error: ValidationError) -> str:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            known = ", ".join(cls.model_fields) or "none"
            return f"{cls.called} has no setting “{name}”; it knows: {known}."
        if not name:
            return first["msg"].removeprefix("Value error, ")
        title = cls.model_fields[name].title or name
        if first["type"] == "missing":
            return f"{cls.called} needs “{title}” ({name})."
        whose = f"{cls.called[0].lower()}{cls.called[1:]}"
        return f"“{title}” ({name}) of {whose} {_wanted(first)}."

    def target(self, around: Circumstances) -> str:
        """What is asked, as a person would name it; raises `Blocked` if it may not be."""
        return ""

    @property
    def threshold(self) -> str:
        """What the settings demand, in words."""
        return ""


WANTED = {
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "value_error": "cannot be used: {error}",
}


def _wanted(error: Mapping[str, Any]) -> str:
    """What would be right, as the end of a sentence."""
    wanted = WANTED.get(error["type"], f"cannot be used: {error['msg']}")
    return wanted.format(**error.get("ctx", {})).rstrip(".")


class Addressed(Settings):
    """A kind that asks a web address, typed or below a connection's."""

    url: str = Field(
        title="Address",
        min_length=1,
        max_length=2000,
        description="http:// or https:// on port 80 or 443. With a connection it may be a path"
        " below it, such as /health.",
    )
    connection: str = Field(
        default="",
        title="Connection",
        max_length=60,
        description="Declared by an administrator, for private addresses, other ports and"
        " credentials.",
    )

    def target(self, around: Circumstances) -> str:
        return whole_address(self.url, around.permit)


def whole_address(url: str, permit: Permit | None) -> str:
    """The address to ask: a path stands below the permit's; raises `Blocked`."""
    is_path = permit is not None and url.startswith("/")
    whole = f"{permit.base_url.rstrip('/')}{url}" if permit and is_path else url
    return str(checked(whole, permit))


class Fetched(Settings):
    """A kind whose report is handed in, or fetched by the portal where an address is given."""

    url: str = Field(
        default="",
        title="Fetch the report from",
        max_length=2000,
        description="Where the portal fetches the report by itself. Empty: it is uploaded on the"
        " page or sent by a machine.",
    )
    connection: str = Field(
        default="",
        title="Connection",
        max_length=60,
        description="Declared by an administrator, for private addresses and credentials.",
    )

    def target(self, around: Circumstances) -> str:
        return whole_address(self.url, around.permit) if self.url else ""


S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class Number:
    """A number that a kind finds: its unit (%, ms, s or none) and what it counts."""

    unit: str
    meaning: str


@dataclass(frozen=True)
class Declared(Generic[S]):
    """`numbers` are those that a condition may name; without any it may name its own.

    `needs_condition`: without one there is nothing to judge.
    `percentile` is the only one that it measures; None where the settings say which.
    `unit` is that of its one value; None where the settings say it, or `numbers` do.
    `red` lists, for people, what makes such a gate red or unmeasurable.
    """

    kind: Kind
    asks: str
    settings: type[S]
    schedule: Schedule
    version: str
    red: tuple[str, ...]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    percentile: Decimal | None = None
    unit: str | None = None
    needs_condition: bool = False

    @property
    def title(self) -> str:
        return str(self.kind.label)

    def number(self, condition: Condition) -> Number | None:
        """What a condition asks for; None where the kind has one number under any name.

        Raises `ValueError` with a sentence when the kind does not find such a number.
        """
        asked = condition.percentile
        if self.percentile is not None and asked not in (None, self.percentile):
            raise ValueError(f"“{self.title}” measures p{self.percentile}, not p{asked}.")
        if not self.numbers:
            return None
        found = self.numbers.get(condition.metric)
        if found is None:
            known = ", ".join(self.numbers)
            raise ValueError(
                f"“{condition.metric}” is not among what “{self.title}” finds; use one of {known}."
            )
        return found

    def refusal_of(self, condition: str, settings: Mapping[str, Any]) -> str:
        """Why the condition could never be judged, or is missing; empty if all is well.

        A value that the settings compare by itself needs none.
        """
        if self.needs_condition and not condition and not settings.get("equals"):
            return f"{self.settings.called} needs a condition, such as “error_rate < 1 %”."
        try:
            return self._misfit(parse(condition), settings) if condition else ""
        except ValueError as error:
            return str(error)

    def _misfit(self, limit: Condition, settings: Mapping[str, Any]) -> str:
        """Why what is found could never be held against the limit, by their units."""
        number = self.number(limit)
        if number is not None:
            found = number.unit
        elif self.unit is None and "unit" not in self.settings.model_fields:
            return ""
        else:
            found = self.unit if self.unit is not None else str(settings.get("unit") or "")
        if found not in UNITS or fits(found, limit.unit):
            return ""
        return (
            f"What it finds is {UNITS[found][0]} and {limit.metric} is judged as"
            f" {UNITS[limit.unit][0]}; let both have the same unit (%, ms, s or none)."
        )


@dataclass(frozen=True)
class Probed(Declared[S]):
    """A kind that a worker asks by itself, again and again."""

    probe: Callable[[S, Circumstances], Measurement] = field(kw_only=True)


@dataclass(frozen=True)
class Read(Declared[S]):
    """A kind that is answered by a report, read as a stream from its first byte."""

    read: Callable[[BinaryIO, S], Measurement] = field(kw_only=True)


@dataclass(frozen=True)
class Told(Declared[S]):
    """A kind whose value somebody reports."""
