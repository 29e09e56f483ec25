"""What goes over the wire."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field, Strict, StrictInt, StringConstraints

from approvals.models import Vote
from communications.bounces.reports import plausible
from deployments.conditions import written_out
from deployments.enums import State
from gates.models import Gate
from monitoring.services.readings import MOST_AT_ONCE

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL characters in text
Short = Annotated[str, StringConstraints(max_length=20, pattern=NO_NUL)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=NO_NUL)]
Name = Annotated[str, StringConstraints(max_length=255, pattern=NO_NUL)]
Value = Annotated[str, StringConstraints(max_length=100, pattern=NO_NUL)]
Key = Annotated[str, StringConstraints(max_length=120, pattern=r"^[-a-zA-Z0-9_]+$")]
LARGEST = 2**63 - 1  # of an identifier in PostgreSQL
# JSON readers take NaN and Infinity for numbers, and write small ones with an exponent.
Float = Annotated[float, Strict(), Field(allow_inf_nan=False), AfterValidator(written_out)]


class ReportIn(Schema, extra="forbid"):
    """A result: the value where the gate has a condition, else the outcome; both are welcome."""

    outcome: Literal["good", "warn", "bad"] | None = None
    value: Value | StrictInt | Float | None = None
    unit: Short = ""
    source_link: Line = ""
    details: Text = ""


class DeliveryIn(ReportIn, extra="forbid"):
    """The same result in a signed delivery, which says itself for which gate it is."""

    deployment: Annotated[StrictInt, Field(ge=1, le=LARGEST)]
    gate: Annotated[
        str, StringConstraints(min_length=1, max_length=120, pattern=r"^[-a-zA-Z0-9_]+$")
    ]


class MetricIn(Schema, extra="forbid"):
    """One value of a metric; without an instant it is of now, without a unit in the metric's."""

    key: Key
    value: Value | StrictInt | Float
    at: AwareDatetime | None = None
    unit: Short | None = None


class MetricsIn(Schema, extra="forbid"):
    values: Annotated[list[MetricIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class MetricsOut(Schema):
    """How many were written, and how many were left out since that second was told before."""

    written: int
    known: int


class IncidentIn(Schema, extra="forbid"):
    """`name` is who said it, where that is known."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NO_NUL)]
    name: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = ""


class IncidentOut(Schema):
    id: int
    at: datetime
    text: str


class BounceIn(Schema, extra="forbid"):
    """A mail that came back; by its Message-ID, where that is known, the copy is found."""

    address: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
    kind: Literal["hard", "soft", "complaint"]
    at: Annotated[AwareDatetime, AfterValidator(plausible)]
    message_id: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)] = ""
    reason: Line = ""


class BouncesOut(Schema):
    """How many of the reports were about a copy, about an address alone, or about neither."""

    copies: int
    addresses: int
    ignored: int


class RunOut(Schema):
    """One attempt to answer a gate; `outcome` and `reason` are said once it is complete."""

    number: int
    state: str
    outcome: str
    reason: str
    requested_at: datetime
    finished_at: datetime | None


class SampleOut(Schema):
    at: datetime
    outcome: str
    value: str
    unit: str
    threshold: str
    reason: str
    counts: dict[str, str]
    details: list[str]
    source_link: str
    by_hand: bool


class GateOut(Schema):
    """A gate and where it stands; `since` is when it came to stand there."""

    key: str
    title: str
    kind: str
    condition: str
    required: bool
    state: str
    reason: str
    since: datetime | None
    fresh_until: datetime | None
    last_sample: SampleOut | None
    last_run: RunOut | None

    @staticmethod
    def resolve_state(gate: Gate) -> str:
        return gate.standing.value

    @staticmethod
    def resolve_reason(gate: Gate) -> str:
        return gate.standing_reason

    @staticmethod
    def resolve_since(gate: Gate) -> datetime | None:
        return gate.standing_since

    @staticmethod
    def resolve_fresh_until(gate: Gate) -> datetime | None:
        return gate.stale_at


class VoteOut(Schema):
    """What somebody said under a rule; `counts` tells whether it stands on today's content."""

    role: str
    person: str
    on_behalf_of: str | None
    choice: str
    statement: str
    reason: str
    at: datetime
    content_hash: str
    schedule_hash: str
    counts: bool

    @staticmethod
    def resolve_role(vote: Vote) -> str:
        return vote.rule.role.key

    @staticmethod
    def resolve_person(vote: Vote) -> str:
        return vote.person_name

    @staticmethod
    def resolve_on_behalf_of(vote: Vote) -> str | None:
        return vote.on_behalf_of_name or None


class ObstacleOut(Schema):
    """What stands in the way, since when, and the page that mends it."""

    key: str
    clause: str
    since: datetime | None
    url: str


class ReadinessOut(Schema):
    """`sentence` is what every page and mail starts with; `ready` is null once it has started."""

    sentence: str
    state: State
    ready: bool | None
    percent: int | None
    blockers: list[ObstacleOut]
    warnings: list[ObstacleOut]


class DeploymentOut(ReadinessOut):
    """The facts of a deployment, and how ready it is."""

    id: int
    url: str
    service: str
    environment: str
    package: str
    branch: str
    commit: str
    digest: str
    t0: datetime | None
    zone: str
    content_hash: str


class DeploymentsOut(Schema):
    deployments: list[DeploymentOut]
    next: str | None


class Wrong(Schema):
    where: str
    what: str


class Problem(Schema):
    """RFC 9457; `detail` is one sentence, `errors` every place where the request is wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []


READ_PROBLEMS = dict.fromkeys((401, 403, 404, 422), Problem)
REPORT_PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422), Problem)
DELIVERY_PROBLEMS = dict.fromkeys((400, 401, 404, 409, 410, 413, 422), Problem)
