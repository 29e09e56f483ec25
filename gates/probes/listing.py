"""Reads the objects that a store lists by HTTP: S3's ListObjectsV2, Azure's List Blobs.

A listing comes in pages; one that is not read to its end is an error, since the newest object may
stand in what is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from urllib.parse import urlencode

from connections.client import GuardedClient
from gates.probes.documents import Unreadable
from gates.readers.xml import Mark, walk

MOST_PAGES = 50
MOST_PAGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Store:
    """How one kind of store is asked, and where in its answer things stand."""

    root: str
    entry: str
    name: str
    date: str
    size: str
    following: str
    asked: tuple[tuple[str, str], ...]
    goes_on: str


STORES = {
    "S3": Store(
        "ListBucketResult", "Contents", "Key", "LastModified", "Size", "NextContinuationToken",
        (("list-type", "2"), ("max-keys", "1000")), "continuation-token",
    ),
    "Azure": Store(
        "EnumerationResults", "Blob", "Name", "Last-Modified", "Content-Length", "NextMarker",
        (("restype", "container"), ("comp", "list"), ("maxresults", "1000")), "marker",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """`made_at` is UTC."""

    name: str
    made_at: datetime
    size: int


@dataclass
class Page:
    entries: list[dict[str, str]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)


def listed(client: GuardedClient, url: str, kind: str, prefix: str) -> Iterator[Listed]:
    """Every object whose name begins with the prefix; raises `Unreadable` for a cut listing."""
    store, token, seen = STORES[kind], "", set[str]()
    for _ in range(MOST_PAGES):
        page = _page(client, _address(url, store, prefix, token), store)
        for entry in page.entries:
            one = _object(entry, store)
            if one.name.startswith(prefix) and not one.name.endswith("/"):
                yield one
        token = _following(page, store)
        if not token:
            return
        if token in seen:
            raise Unreadable("The listing goes round in circles: it names a page again.")
        seen.add(token)
    raise Unreadable(f"The listing has more than {MOST_PAGES} pages; give a narrower prefix.")


def _address(url: str, store: Store, prefix: str, token: str) -> str:
    asked = [*store.asked, *([("prefix", prefix)] if prefix else [])]
    asked += [(store.goes_on, token)] if token else []
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}"


def _page(client: GuardedClient, address: str, store: Store) -> Page:
    answer = client.get(address)
    if answer.status != 200:
        raise Unreadable(f"The listing's address answered {answer.status}, needs 200.")
    page, entry = Page(), dict[str, str]()
    for mark in walk(BytesIO(answer.body), texts=True):
        if mark.depth == 0 and mark.is_start and mark.name != store.root:
            raise Unreadable(f"The listing is <{mark.name[:40]}>, needs <{store.root}>.")
        if mark.name == store.entry:
            if not mark.is_start:
                page.entries.append(entry)
            entry = {}
        elif not mark.is_start:
            _note(page, entry, mark)
    return page


def _note(page: Page, entry: dict[str, str], mark: Mark) -> None:
    if mark.depth == 1:
        page.told[mark.name] = mark.text.strip()
    else:
        entry[mark.name] = mark.text


def _following(page: Page, store: Store) -> str:
    """The token of the next page; empty where the listing says that it is whole."""
    token = page.told.get(store.following, "")
    if store.following == "NextMarker":
        if store.following not in page.told:
            raise Unreadable("The listing does not say whether it is whole (NextMarker).")
        return token
    if page.told.get("KeyCount", str(len(page.entries))) != str(len(page.entries)):
        raise Unreadable("The listing shows another number of objects than it counts (KeyCount).")
    match page.told.get("IsTruncated", "").lower():
        case "false":
            return ""
        case "true" if token:
            return token
        case "true":
            raise Unreadable("The listing is cut and does not say where it goes on.")
    raise Unreadable("The listing does not say whether it is whole (IsTruncated).")


def _object(entry: dict[str, str], store: Store) -> Listed:
    name, date = entry.get(store.name, ""), entry.get(store.date, "").strip()
    size = entry.get(store.size, "").strip()
    if not name or not size.isascii() or not size.isdecimal() or len(size) > 18:
        raise Unreadable(f"The listing has an object without a name or size: “{name[:80]}”.")
    try:
        made_at = parsedate_to_datetime(date) if "," in date else datetime.fromisoformat(date)
    except ValueError as error:
        raise Unreadable(f"The listing does not say when “{name[:80]}” was made.") from error
    if made_at.tzinfo is None:
        raise Unreadable(f"The listing gives the date of “{name[:80]}” without a zone.")
    return Listed(name, made_at.astimezone(UTC), int(size))
