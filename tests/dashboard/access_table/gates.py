"""Gates and their results."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.dashboard.access_table.rows import NO_METHOD, ONE, WHO_SEES, Body, Row

BODIES: dict[str, Body] = {
    "gates:try_out": {
        "kind_of_gate": lambda _: "http",
        "url": lambda _: "https://example.org/health",
        "status": lambda _: "200",
        "requests": lambda _: "1",
        "seconds": lambda _: "10",
    },
    "gates:upload": {
        "report": lambda _: SimpleUploadedFile("junit.xml", b"<testsuites/>"),
    },
    "gates:report": {
        "outcome": lambda _: "good",
        "value": lambda _: "491/491",
        "evidence": lambda _: "build 7 of today",
    },
}
TABLE: dict[str, Row] = {
    "gates:run_all": Row(NO_METHOD, (302, 404, 403, 302, 302, 302, 403, 403), ONE),
    "gates:run": Row(NO_METHOD, (302, 404, 403, 409, 409, 409, 403, 403), ("pk", "key")),
    "gates:try_out": Row(NO_METHOD, (302, 404, 403, 403, 302, 403, 403, 403), ONE),
    "gates:tried_out": Row((302, 404, 404, 404, 404, 404, 404, 404), NO_METHOD, ("pk", "try_pk")),
    "gates:detail": Row(WHO_SEES, NO_METHOD, ("pk", "key")),
    "gates:upload": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "key")),
    "gates:report": Row(WHO_SEES, (302, 404, 403, 403, 403, 403, 403, 403), ("pk", "key")),
}  # fmt: skip
