"""The kinds of gate that a worker can answer, each by one prober."""

from collections.abc import Callable, Mapping
from typing import Any

from connections.addresses import Permit
from gates.enums import Kind
from gates.probes import http
from gates.probes.measurement import Measurement

Prober = Callable[[Mapping[str, Any], Permit | None], Measurement]

PROBERS: Mapping[str, Prober] = {
    Kind.HTTP: http.probe,
}
