"""Signed deliveries by the scheme of Standard Webhooks, pure of rows and requests.

The signature is the HMAC-SHA256 of "id.timestamp.body", written "v1,<base64>"; several stand in
one header, separated by spaces. https://www.standardwebhooks.com
"""

import hmac
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.exceptions import Malformed, Unauthenticated
from deployments.exceptions import Refused

MARK = "whsec_"
SECRET_BYTES = 32
TOLERANCE = timedelta(minutes=5)
MOST_SIGNATURES = 16
SECONDS = re.compile(r"[0-9]{1,11}")
IDENTIFIER = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class Signed:
    """A delivery as it came: three headers and the body, byte for byte."""

    id: str
    timestamp: str
    signatures: str
    body: bytes


def new_secret() -> str:
    return MARK + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The signature that this secret gives; `secret` is written `whsec_<base64>`."""
    key = b64decode(secret.removeprefix(MARK))
    signed = b".".join((delivery_id.encode(), timestamp.encode(), body))
    return f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"


def refusal_of_delivery(delivery: Signed, known: Sequence[str], now: datetime) -> Refused | None:
    """Whether the delivery is whole, of now, and signed with one of the secrets."""
    return (
        _refusal_of_form(delivery)
        or _refusal_of_time(int(delivery.timestamp), now)
        or _refusal_of_signatures(delivery, known)
    )


def _refusal_of_form(delivery: Signed) -> Refused | None:
    said = {
        "webhook-id": delivery.id,
        "webhook-timestamp": delivery.timestamp,
        "webhook-signature": delivery.signatures,
    }
    missing = [name for name, value in said.items() if not value]
    if missing:
        return Malformed(f"The header {missing[0]} is missing; a delivery is signed with three.")
    if not IDENTIFIER.fullmatch(delivery.id):
        return Malformed("The webhook-id is 1 to 200 printable ASCII characters without spaces.")
    if not SECONDS.fullmatch(delivery.timestamp):
        return Malformed("The webhook-timestamp is whole seconds since 1970, such as 1700000000.")
    return None


def _refusal_of_time(seconds: int, now: datetime) -> Refused | None:
    away = seconds - now.timestamp()
    if abs(away) <= TOLERANCE.total_seconds():
        return None
    where = "in the future" if away > 0 else "ago"
    return Unauthenticated(
        f"The webhook-timestamp is more than 5 minutes {where}; sign each attempt anew, "
        "with the clock set right."
    )


def _refusal_of_signatures(delivery: Signed, known: Sequence[str]) -> Refused | None:
    """Every pair is compared in constant time, whether or not one has matched already."""
    given = [one.encode() for one in delivery.signatures.split(" ")[:MOST_SIGNATURES]]
    right = [
        sign(secret, delivery.id, delivery.timestamp, delivery.body).encode() for secret in known
    ]
    matches = [hmac.compare_digest(ours, theirs) for ours in right for theirs in given]
    if any(matches):
        return None
    return Unauthenticated(
        "No signature in webhook-signature is right: it is “v1,” and the base64 of the "
        "HMAC-SHA256 of “id.timestamp.body” with this webhook's secret."
    )
