"""What a connection shows to be let in: typed once, kept sealed, sent below its address only."""

import base64
import json
import re
from dataclasses import dataclass, field

from connections.enums import CredentialKind
from connections.exceptions import Blocked
from connections.sealing import Unsealable, opened, sealed

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Printable, without a space at either end: anything else could end the header and begin another.
HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")
LEAST, MOST = 4, 4000
# Those by which requests are framed, routed and negotiated are the client's own.
OWN_HEADERS = frozenset(
    {
        "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive",
        "te", "trailer", "upgrade", "expect", "accept-encoding", "accept", "user-agent", "range",
        "proxy-authorization", "proxy-connection",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Credential:
    """A bearer token, a name with its password, or a header's name with its value.

    Raises `ValueError` with a sentence, which never says the secret itself.
    """

    kind: CredentialKind
    secret: str = field(repr=False)
    name: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not LEAST <= len(self.secret) <= MOST:
            raise ValueError(f"A secret has from {LEAST} to {MOST} characters.")
        if self.kind == CredentialKind.BASIC:
            _require_name_and_password(self.name, self.secret)
        elif not HEADER_VALUE.fullmatch(self.secret):
            raise ValueError(
                "A token or header holds printable ASCII characters only, with no space around it."
            )
        if self.kind == CredentialKind.HEADER:
            _require_header_name(self.name)

    @property
    def header(self) -> tuple[str, str]:
        match self.kind:
            case CredentialKind.BEARER:
                return "authorization", f"Bearer {self.secret}"
            case CredentialKind.BASIC:
                return "authorization", f"Basic {self._pair}"
            case _:
                return self.name.lower(), self.secret

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown where somebody says it back."""
        return (self.secret, self._pair) if self.kind == CredentialKind.BASIC else (self.secret,)

    @property
    def _pair(self) -> str:
        return base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()

    def sealed_for(self, place: str) -> str:
        """Unreadable without the portal's key, and of use for this place (an origin) only."""
        told = {"for": place, "kind": self.kind, "name": self.name, "secret": self.secret}
        return sealed(json.dumps(told))


def opened_for(place: str, kept: str) -> Credential:
    """The credential that was sealed for this place; raises `Blocked` with a sentence."""
    try:
        told = json.loads(opened(kept))
    except Unsealable as error:
        raise Blocked(
            "The credential of this connection can no longer be read, because the portal's key"
            " changed; an administrator has to type it again."
        ) from error
    if told["for"] != place:
        raise Blocked(
            "The credential of this connection was typed for another host; an administrator has"
            " to type it again."
        )
    return Credential(CredentialKind(told["kind"]), told["secret"], told["name"])


def _require_name_and_password(name: str, password: str) -> None:
    if not name or ":" in name or len(name) > MOST:
        raise ValueError("Basic authentication needs a name, without a colon in it.")
    if not (name + password).isprintable():
        raise ValueError("A name and a password hold no line breaks or unseen characters.")


def _require_header_name(name: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise ValueError("The name is none that a header can have, such as X-Api-Key.")
    if name.lower() in OWN_HEADERS:
        raise ValueError(f"The header {name} belongs to the portal's own client; use another.")
