"""The scheme of Standard Webhooks, held against its own library as a witness."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from api.signatures import Signed, new_secret, refusal_of_delivery, sign

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"deployment": 1, "gate": "tests", "outcome": "good"}'
OURS, OTHER = new_secret(), new_secret()


def refusal(*, known=(OURS,), **changed) -> Any:
    told = {"id": "msg_1", "timestamp": STAMP, "body": BODY} | changed
    told.setdefault("signatures", sign(OURS, told["id"], told["timestamp"], told["body"]))
    found = refusal_of_delivery(Signed(**told), known, NOW)
    return found and (found.status, found.sentence)


@given(st.from_regex(r"[!-~]{1,40}", fullmatch=True), st.text())
def test_signature_is_the_one_of_the_library(delivery_id, body):
    secret = new_secret()
    theirs = Webhook(secret).sign(delivery_id, NOW, body)
    assert sign(secret, delivery_id, STAMP, body.encode()) == theirs


def test_what_is_signed_here_is_verified_by_the_library():
    now = datetime.now(tz=UTC)
    stamp = str(int(now.timestamp()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": sign(OURS, "msg_1", stamp, BODY),
    }
    assert Webhook(OURS).verify(BODY, headers)["gate"] == "tests"


def test_secret_has_256_bits_and_is_never_the_same():
    assert len(b64decode(OURS.removeprefix("whsec_"))) == 32
    assert OURS != OTHER


def test_one_right_signature_among_several_is_enough():
    wrong, right = sign(OTHER, "msg_1", STAMP, BODY), sign(OURS, "msg_1", STAMP, BODY)
    assert refusal(signatures=f"{wrong} v1a,abc {right}") is None
    assert refusal(signatures=f"{wrong} v1a,abc")[0] == 401


def test_each_known_secret_counts():
    assert refusal(known=[OTHER, OURS]) is None
    assert refusal(known=[OTHER])[0] == 401
    assert refusal(known=[])[0] == 401


@pytest.mark.parametrize(
    "signatures",
    [
        sign(OURS, "msg_2", STAMP, BODY),
        sign(OURS, "msg_1", str(int(STAMP) + 1), BODY),
        sign(OURS, "msg_1", STAMP, BODY + b" "),
        sign(OURS, "msg_1", STAMP, BODY).removeprefix("v1,"),
        sign(OURS, "msg_1", STAMP, BODY).replace("v1,", "v2,"),
        sign(OURS, "msg_1", STAMP, BODY)[:-1],
        sign(OURS, "msg_1", STAMP, BODY) + ",",
        "v1,",
        "v1,ü",
        " ",
        "wrong " * 16 + sign(OURS, "msg_1", STAMP, BODY),
    ],
    # The secrets are others in every process, and all processes call a test the same.
    ids=[
        "other id",
        "other time",
        "other body",
        "no version",
        "other version",
        "cut",
        "comma",
        "empty",
        "no ASCII",
        "blank",
        "too many",
    ],
)
def test_wrong_signature_is_refused(signatures):
    assert refusal(signatures=signatures) == (
        401,
        "No signature in webhook-signature is right: it is “v1,” and the base64 of the "
        "HMAC-SHA256 of “id.timestamp.body” with this webhook's secret.",
    )


@pytest.mark.parametrize(
    ("away", "where"), [(0, None), (300, None), (-300, None), (301, "in the future"), (-301, "ago")]
)
def test_time_is_right_to_five_minutes(away, where):
    found = refusal(timestamp=str(int((NOW + timedelta(seconds=away)).timestamp())))
    assert found == (
        where
        and (
            401,
            f"The webhook-timestamp is more than 5 minutes {where}; sign each attempt anew, "
            "with the clock set right.",
        )
    )


@pytest.mark.parametrize("stamp", ["now", "-1", "1e9", "1700000000.5", "٣" * 10, "1" * 40, " "])
def test_time_that_is_no_whole_seconds_is_refused(stamp):
    assert refusal(timestamp=stamp, signatures="v1,x")[0] == 400


@pytest.mark.parametrize("delivery_id", ["a b", "ü", "a\n", "x" * 201])
def test_identifier_out_of_form_is_refused(delivery_id):
    assert refusal(id=delivery_id)[0] == 400


@pytest.mark.parametrize(
    ("part", "name"),
    [("id", "webhook-id"), ("timestamp", "webhook-timestamp"), ("signatures", "webhook-signature")],
)
def test_missing_header_is_named(part, name):
    said = f"The header {name} is missing; a delivery is signed with three."
    told = {"signatures": "v1,x", part: ""}
    assert refusal(**told) == (400, said)
