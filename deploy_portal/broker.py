"""One Redis address in the spelling that each library wants."""

from urllib.parse import parse_qs, urlsplit


def kombu_url(redis_url: str) -> str:
    """Kombu's spelling of an address written the way redis-py and Django want it."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
