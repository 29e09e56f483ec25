"""Asks a health address: right status, right text, and fast enough."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from connections.addresses import Permit, checked
from connections.client import Answer, GuardedClient
from connections.exceptions import Trouble
from gates.probes.measurement import Measurement

VERSION = "http/1"
LONGEST_SECONDS = 20
MOST_REQUESTS = 20


@dataclass(frozen=True)
class HttpSettings:
    """What is asked and what is right. `url` may be a path below the connection's address.

    `p95_ms` limits the 95th percentile over `requests` answers; `seconds` is the time for all.
    """

    url: str
    connection: str = ""
    status: int = 200
    contains: str = ""
    p95_ms: int | None = None
    requests: int = 1
    seconds: int = 10

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """The settings as stored; raises `ValueError` with a sentence."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(settings) - known):
            raise ValueError(f"An HTTP gate has no setting “{unknown[0]}”.")
        if not isinstance(settings.get("url"), str) or not settings["url"]:
            raise ValueError("An HTTP gate needs an address.")
        found = cls(**{name: value for name, value in settings.items() if value is not None})
        _require_whole(found.status, "The expected status", 100, 599)
        _require_whole(found.requests, "The number of requests", 1, MOST_REQUESTS)
        _require_whole(found.seconds, "The time limit in seconds", 1, LONGEST_SECONDS)
        if found.p95_ms is not None:
            _require_whole(found.p95_ms, "The p95 limit in milliseconds", 1, LONGEST_SECONDS * 1000)
        return found

    def target(self, permit: Permit | None) -> str:
        """The whole address; raises `Blocked` if it may not be asked."""
        is_path = permit is not None and self.url.startswith("/")
        whole = f"{permit.base_url.rstrip('/')}{self.url}" if permit and is_path else self.url
        return str(checked(whole, permit))

    @property
    def threshold(self) -> str:
        parts = [f"status {self.status}"]
        if self.contains:
            parts.append(f"text “{self.contains}”")
        if self.p95_ms is not None:
            parts.append(f"p95 ≤ {self.p95_ms} ms over {self.requests}")
        return ", ".join(parts)


def _require_whole(value: object, what: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{what} is a whole number from {least} to {most}.")


def probe(settings: Mapping[str, Any], permit: Permit | None) -> Measurement:
    """One measurement: an answer is judged, no answer is an error.

    Never raises for what the network does, and never lasts longer than the settings' `seconds`.
    """
    began = time.perf_counter()
    target = str(settings.get("url", ""))
    try:
        wanted = HttpSettings.read(settings)
        target = wanted.target(permit)
        found = _judged(wanted, _answers(wanted, target, permit))
    except Trouble as trouble:
        found = Measurement("error", trouble.sentence)
    except ValueError as error:
        found = Measurement("error", str(error))
    spent = round((time.perf_counter() - began) * 1000)
    return replace(found, target=target, duration_ms=spent, probe_version=VERSION)


def _answers(wanted: HttpSettings, target: str, permit: Permit | None) -> list[Answer]:
    expects_redirect = 300 <= wanted.status < 400
    with GuardedClient(permit=permit, seconds=wanted.seconds) as client:
        return [client.get(target, follow=not expects_redirect) for _ in range(wanted.requests)]


def _judged(wanted: HttpSettings, answers: list[Answer]) -> Measurement:
    for answer in answers:
        if answer.status != wanted.status:
            reason = f"answered {answer.status}, needs {wanted.status}"
            return Measurement("bad", reason, str(answer.status), "", wanted.threshold)
        if wanted.contains and wanted.contains.encode() not in answer.body:
            reason = f"the answer does not contain “{wanted.contains}”"
            return Measurement("bad", reason, str(answer.status), "", wanted.threshold)
    took = percentile_95([answer.seconds for answer in answers])
    if wanted.p95_ms is None:
        reason = f"answered {wanted.status} in {took} ms"
        return Measurement("good", reason, str(wanted.status), "", wanted.threshold)
    is_fast = took <= wanted.p95_ms
    reason = f"p95 of {wanted.requests} answers is {took} ms, needs at most {wanted.p95_ms} ms"
    return Measurement("good" if is_fast else "bad", reason, str(took), "ms", wanted.threshold)


def percentile_95(seconds: list[float]) -> int:
    """Nearest rank, in whole milliseconds rounded up, so that a limit is never met by rounding."""
    ranked = sorted(seconds)
    return math.ceil(ranked[math.ceil(0.95 * len(ranked)) - 1] * 1000)
