"""A backup among listed objects: the newest counts, and a cut listing is never green."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from gates.declared import Circumstances
from gates.measurement import Measurement
from gates.measuring import measure
from tests.servers import Server, answering, serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Entry = tuple[str, int, int]


def s3(entries: Sequence[Entry], end: str = "<IsTruncated>false</IsTruncated>") -> bytes:
    rows = "".join(
        f"<Contents><Key>{name}</Key><LastModified>{NOW - timedelta(hours=age):%Y-%m-%dT%H:%M:%S}"
        f".000Z</LastModified><Size>{size}</Size></Contents>"
        for name, age, size in entries
    )
    return f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/">{end}{rows}</ListBucketResult>'.encode()


def azure(entries: Sequence[Entry], end: str = "<NextMarker/>") -> bytes:
    rows = "".join(
        f"<Blob><Name>{name}</Name><Properties><Last-Modified>"
        f"{format_datetime(NOW - timedelta(hours=age), usegmt=True)}</Last-Modified>"
        f"<Content-Length>{size}</Content-Length></Properties></Blob>"
        for name, age, size in entries
    )
    return f"<EnumerationResults><Blobs>{rows}</Blobs>{end}</EnumerationResults>".encode()


WRITERS = {"S3": s3, "Azure": azure}
CUT = {
    "S3": "<IsTruncated>true</IsTruncated><NextContinuationToken>{}</NextContinuationToken>",
    "Azure": "<NextMarker>{}</NextMarker>",
}


def asked(server: Server, kind: str, **settings: Any) -> Measurement:
    told = {"url": f"{server.url}/bucket", "listing": kind, **settings}
    return measure("backup", told, "", Circumstances(NOW, server.permit))


@pytest.mark.parametrize("kind", WRITERS)
def test_newest_object_below_the_prefix_counts(kind: str):
    body = WRITERS[kind]([("db/a", 30, 9), ("db/b", 3, 9), ("db/", 0, 0), ("log/c", 1, 9)])
    with serving(answering(200, body)) as server:
        found = asked(server, kind, prefix="db/")
        assert b"prefix=db%2F" in server.requests[0]
    assert (found.outcome, found.reason) == ("good", "the newest backup is 3 h old")
    assert found.details == ("db/b",)


@pytest.mark.parametrize("kind", WRITERS)
def test_listing_goes_on_to_its_end(kind: str):
    def behave(caller, server) -> None:
        is_first = len(server.requests) == 1
        cut = WRITERS[kind]([("a", 50, 9)], CUT[kind].format("t/1+"))
        answering(200, cut if is_first else WRITERS[kind]([("b", 2, 9)]))(caller, server)

    with serving(behave) as server:
        found = asked(server, kind)
        assert b"=t%2F1%2B " in server.requests[1]
    assert (found.outcome, found.details) == ("good", ("b",))


@pytest.mark.parametrize("kind", WRITERS)
def test_endless_listing_is_an_error(kind: str):
    def behave(caller, server) -> None:
        end = CUT[kind].format(len(server.requests))
        answering(200, WRITERS[kind]([("a", 1, 9)], end))(caller, server)

    with serving(behave) as server:
        found = asked(server, kind, seconds=20)
    assert (found.outcome, found.reason) == (
        "error", "The listing has more than 50 pages; give a narrower prefix."
    )  # fmt: skip


GOOD = [("a", 1, 9)]
FAULTS: dict[str, tuple[str, bytes]] = {
    "round in circles": ("S3", s3(GOOD, CUT["S3"].format("t"))),
    "round in circles, Azure": ("Azure", azure(GOOD, CUT["Azure"].format("t"))),
    "cut without a token": ("S3", s3(GOOD, "<IsTruncated>true</IsTruncated>")),
    "does not say whether whole": ("S3", s3(GOOD, "")),
    "does not say whether whole, Azure": ("Azure", azure(GOOD, "")),
    "another count": ("S3", s3(GOOD, "<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>")),
    "half": ("S3", s3(GOOD)[:-9]),
    "another document": ("Azure", s3(GOOD)),
    "an error": ("S3", b"<Error><Code>AccessDenied</Code></Error>"),
    "no size": ("S3", s3(GOOD).replace(b"<Size>9", b"<Size>")),
    "no date": ("S3", s3(GOOD).replace(b"2026-", b"now-")),
    "entities": ("S3", b'<!DOCTYPE a [<!ENTITY e "1">]>' + s3(GOOD)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_listing_that_is_not_whole_is_an_error(fault: str):
    kind, body = FAULTS[fault]
    with serving(answering(200, body)) as server:
        found = asked(server, kind)
    assert (found.outcome, bool(found.reason)) == ("error", True)


@pytest.mark.parametrize("kind", WRITERS)
def test_old_empty_or_no_object_is_bad(kind: str):
    for entries in ([("a", 30, 9)], [("a", 1, 0)], []):
        with serving(answering(200, WRITERS[kind](entries))) as server:
            assert asked(server, kind).outcome == "bad"
    with serving(answering(403, WRITERS[kind](GOOD))) as server:
        assert asked(server, kind).reason == "The listing's address answered 403, needs 200."
