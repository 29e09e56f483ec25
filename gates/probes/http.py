"""Asks a health address: right status, right text, and fast enough."""

import math
from decimal import Decimal
from typing import Self

from pydantic import Field, field_validator, model_validator

from connections.client import Answer, GuardedClient
from gates.declared import Addressed, Circumstances, Probed
from gates.enums import Kind
from gates.measurement import Measurement
from gates.probes.documents import compiled, found_at, json_of, worded
from gates.schedules import HEALTH

LONGEST_SECONDS = 20
MOST_REQUESTS = 20


class HttpSettings(Addressed):
    """`p95_ms` limits the 95th percentile over `requests` answers; `seconds` is for all."""

    called = "An HTTP gate"

    status: int = Field(default=200, title="Expected status", ge=100, le=599)
    contains: str = Field(
        default="",
        title="Text the answer must contain",
        max_length=200,
        description="Found as written.",
    )
    path: str = Field(
        default="",
        title="JSON path",
        max_length=200,
        description="A JMESPath into the answer, such as status or checks.db.state.",
    )
    equals: str = Field(
        default="",
        title="Value at the JSON path",
        max_length=200,
        description="What the path must lead to, such as UP or true.",
    )
    p95_ms: int | None = Field(
        default=None,
        title="Limit of the 95th percentile, ms",
        ge=1,
        le=LONGEST_SECONDS * 1000,
        description="Over the requests of one sample.",
    )
    requests: int = Field(default=1, title="Requests per sample", ge=1, le=MOST_REQUESTS)
    seconds: int = Field(default=10, title="Time limit, s", ge=1, le=LONGEST_SECONDS)

    @field_validator("path")
    @classmethod
    def is_path(cls, path: str) -> str:
        return compiled(path)

    @model_validator(mode="after")
    def compares_both(self) -> Self:
        """A value that nothing leads to would never be looked at."""
        if bool(self.path) != bool(self.equals):
            raise ValueError("A JSON path and the value at it are said together; say both of them.")
        return self

    @property
    def threshold(self) -> str:
        parts = [f"status {self.status}"]
        if self.contains:
            parts.append(f"text “{self.contains}”")
        if self.path:
            parts.append(f"{self.path} = “{self.equals}”")
        if self.p95_ms is not None:
            parts.append(f"p95 ≤ {self.p95_ms} ms over {self.requests}")
        return ", ".join(parts)


def probe(wanted: HttpSettings, around: Circumstances) -> Measurement:
    """One measurement: an answer is judged, no answer raises `Trouble`.

    Never lasts longer than the settings' `seconds`.
    """
    expects_redirect = 300 <= wanted.status < 400
    target = wanted.target(around)
    with GuardedClient(permit=around.permit, seconds=wanted.seconds) as client:
        answers = [client.get(target, follow=not expects_redirect) for _ in range(wanted.requests)]
    took = percentile_95([answer.seconds for answer in answers])
    wrong = next((wrong for answer in answers if (wrong := _wrong(wanted, answer))), "")
    if not wrong and wanted.p95_ms is not None and took > wanted.p95_ms:
        wrong = _slow(wanted, took)
    return Measurement(
        "bad" if wrong else "good",
        wrong or _right(wanted, took),
        value=str(took),
        unit="ms",
        threshold=wanted.threshold,
        counts={"response_time": Decimal(took)},
    )


def _wrong(wanted: HttpSettings, answer: Answer) -> str:
    if answer.status != wanted.status:
        return f"answered {answer.status}, needs {wanted.status}"
    if wanted.contains and wanted.contains.encode() not in answer.body:
        return f"the answer does not contain “{wanted.contains}”"
    if not wanted.path:
        return ""
    found = worded(found_at(wanted.path, json_of(answer.body)))
    if found != wanted.equals:
        return f"{wanted.path} is “{found}”, needs “{wanted.equals}”"
    return ""


def _right(wanted: HttpSettings, took: int) -> str:
    if wanted.p95_ms is None:
        return f"answered {wanted.status} in {took} ms"
    return f"p95 of {wanted.requests} answers is {took} ms, at most {wanted.p95_ms} ms is asked"


def _slow(wanted: HttpSettings, took: int) -> str:
    return f"p95 of {wanted.requests} answers is {took} ms, needs at most {wanted.p95_ms} ms"


def percentile_95(seconds: list[float]) -> int:
    """Nearest rank, in whole milliseconds rounded up, so that a limit is never met by rounding."""
    ranked = sorted(seconds)
    return math.ceil(ranked[math.ceil(0.95 * len(ranked)) - 1] * 1000)


KIND = Probed(
    kind=Kind.HTTP,
    asks="Does this address answer rightly, and fast enough?",
    settings=HttpSettings,
    schedule=HEALTH,
    version="http/2",
    percentile=Decimal(95),
    unit="ms",
    red=(
        "another status than the expected one",
        "the text is missing, or the JSON path leads to another value",
        "the 95th percentile over its limit, or the condition does not hold",
        "could not be measured: no answer in time, refused, untrusted certificate, blocked address,"
        " a redirect to another host, more than 1 MiB, no JSON where a path is asked",
    ),
    probe=probe,
)
