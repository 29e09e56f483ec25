"""Which web addresses may be asked at all, judged before anything is resolved or dialled."""

import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from connections.exceptions import Blocked
from connections.ranges import Network

DEFAULT_PORTS = {"http": 80, "https": 443}
MOST_CHARACTERS = 2000
MOST_DECODINGS = 5
ESCAPED = re.compile(r"%u[0-9a-f]{4}", re.IGNORECASE)
UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
NOT_IN_A_HOST = re.compile(r"[\x00-\x20\x7f\\/?#@%\[\]]")


@dataclass(frozen=True)
class Permit:
    """What an administrator vouches for: addresses below `base_url`, private `networks` too.

    `headers` carry the connection's credentials; they are sent below `base_url` only.
    `authorities` are certificates in PEM that are trusted there beside the public ones. `secrets`
    are hidden in whatever comes back.
    """

    base_url: str
    networks: tuple[Network, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authorities: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def checked(url: str, permit: Permit | None = None) -> httpx.URL:
    """The parsed address, if a person may have typed it; raises `Blocked` with a sentence.

    The resolved addresses are judged later, when they are dialled.
    """
    if len(url) > MOST_CHARACTERS:
        raise Blocked(f"An address is at most {MOST_CHARACTERS} characters long.")
    if UNSEEN.search(url):
        raise Blocked("An address must not hold spaces, backslashes or unseen characters.")
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise Blocked(f"“{url}” cannot be read as a web address.") from error
    if target.scheme not in DEFAULT_PORTS or not target.host:
        raise Blocked(f"“{url}” is not a web address that starts with http:// or https://.")
    if target.userinfo:
        raise Blocked("An address must not carry a name or password; declare a connection instead.")
    if permit:
        _require_below(target, permit)
    elif port_of(target) not in DEFAULT_PORTS.values():
        raise Blocked(
            f"Port {port_of(target)} needs a connection that an administrator declares;"
            " typed addresses reach ports 80 and 443."
        )
    return target


def checked_place(host: str, port: int, permit: Permit | None = None) -> httpx.URL:
    """The place of a dial that only shakes hands, as an https address; raises `Blocked`.

    A typed one is reached on port 443; any other is the very host and port of a connection.
    """
    written = f"[{host}]" if host.count(":") > 1 else host.rstrip(".")
    if NOT_IN_A_HOST.search(host) or (":" in host and written == host):
        raise Blocked(f"“{host}” is not the name of a host, such as portal.example.org.")
    whole = f"https://{written}:{port}/"
    if permit is None and port != DEFAULT_PORTS["https"]:
        raise Blocked(
            f"Port {port} needs a connection that an administrator declares;"
            " a typed host is asked on port 443."
        )
    if permit is None:
        return checked(whole)
    base = httpx.URL(permit.base_url)
    place = checked(whole, Permit(whole))
    if (place.host, port) != (base.host, port_of(base)):
        raise Blocked(
            f"{written}:{port} is not the connection's host and port, {base.host}:{port_of(base)}."
        )
    return place


def port_of(url: httpx.URL) -> int:
    return DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port; what is sent to one is never sent to another."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}:{port_of(url)}"


def is_below(target: httpx.URL, base_url: str) -> bool:
    """Whether the address has the base's scheme, host and port and lies under its path."""
    base = httpx.URL(base_url)
    if (target.scheme, target.host, port_of(target)) != (base.scheme, base.host, port_of(base)):
        return False
    path = fully_decoded(target.path)
    if path is None or not all(is_plain(segment) for segment in re.split(r"[/\\]", path)):
        return False
    stem = base.path.rstrip("/")
    return path == stem or path.startswith(f"{stem}/")


def fully_decoded(path: str) -> str | None:
    """The path as the most generous server might read it; None if it hides more than that."""
    for _ in range(MOST_DECODINGS):
        decoded = unicodedata.normalize("NFKC", unquote(path))
        if decoded == path:
            return None if "\ufffd" in path or ESCAPED.search(path) else path
        path = decoded
    return None


def is_plain(segment: str) -> bool:
    """Neither a step upward nor one with parameters: some servers read “..;” as “..”."""
    return segment != ".." and ";" not in segment


def _require_below(target: httpx.URL, permit: Permit) -> None:
    if not is_below(target, permit.base_url):
        raise Blocked(f"{target} is not below the connection's address {permit.base_url}.")
